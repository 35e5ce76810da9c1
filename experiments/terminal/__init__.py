"""What a person sees: lines, bars, and how a command ends."""
