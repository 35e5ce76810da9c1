"""What is on disk: cells, sweeps, their records and what their settings are called."""
