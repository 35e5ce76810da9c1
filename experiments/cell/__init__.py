"""One reconstruction: from its configuration to its run folder."""
