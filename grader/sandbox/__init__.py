"""Processes that run a student's code, and what keeps them there."""
