"""What authors of assignments use: the audit, new assignments, the members' folder."""
