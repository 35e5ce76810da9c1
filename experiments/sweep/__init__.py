"""Many cells: planned, watched, told of."""
