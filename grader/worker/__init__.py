"""Everything that runs beside a student's code, and nothing else: it imports nothing of the rest of the program."""
