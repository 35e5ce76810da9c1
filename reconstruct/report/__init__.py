"""Run folders for people: figures and the page."""
