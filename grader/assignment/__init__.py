"""What an assignment is, as typed data."""
