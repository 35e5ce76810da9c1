"""What each layer keeps, in numbers: what was measured, which of it answers which question, and what it says."""
