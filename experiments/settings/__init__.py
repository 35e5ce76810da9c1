"""What was asked for: the schema, how it is composed, what its words mean."""
