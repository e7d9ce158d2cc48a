"""What a member hands in, as cells of code that know where they come from."""
