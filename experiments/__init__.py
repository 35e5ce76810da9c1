"""The edge of the project: its commands, and the only place that knows Hydra."""
