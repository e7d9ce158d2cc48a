"""The layers that keep a student's code in."""
