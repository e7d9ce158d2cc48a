"""What the course says: assignments, deadlines, policy, as typed data."""
