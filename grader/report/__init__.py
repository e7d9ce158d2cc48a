"""What judging a submission gives: the report, its JSON form, its signature."""
