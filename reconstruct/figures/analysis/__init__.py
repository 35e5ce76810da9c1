"""Figures of what each layer keeps, from measured pictures."""
