"""The log of what was decided about members, and what follows from it."""
