"""Curves and points, on axes whose numbers have room."""
