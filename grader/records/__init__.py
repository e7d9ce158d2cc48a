"""What is known of a grading once it is over."""
