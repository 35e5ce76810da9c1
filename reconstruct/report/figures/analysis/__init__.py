"""Figures of what each layer keeps, drawn from measured pictures."""
