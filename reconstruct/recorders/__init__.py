"""What is written while a reconstruction runs."""
