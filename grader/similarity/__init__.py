"""Which submissions share more code than chance explains."""
