"""What each layer keeps, in numbers: the measured pictures, the claims that they test, and the verdicts."""
