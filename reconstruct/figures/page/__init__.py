"""The page: words that fit, what stands where in inches, for whom it is, and files."""
