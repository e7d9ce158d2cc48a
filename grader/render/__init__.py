"""What people read of a report: one module for each form that it takes."""
