"""d2d: the autograder of a deep-learning study group."""

__version__ = "0.1.0"
