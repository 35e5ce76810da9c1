"""Figures and films of sweeps, from their run folders."""
