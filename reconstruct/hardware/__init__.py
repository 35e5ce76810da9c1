"""What only makes it fast, or lets it fit."""
