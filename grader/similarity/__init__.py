"""Which members of a class handed in code that is more alike than chance explains."""
