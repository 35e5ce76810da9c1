"""The page of a figure: text that fits, places in inches, widths of venues, fonts, and files."""
