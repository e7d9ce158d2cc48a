"""Repositories of members, and the workflows in them."""
