"""Members' repositories on GitHub: collect what was handed in, and publish what was judged."""
