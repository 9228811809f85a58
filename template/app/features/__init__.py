"""Your features: one folder each. They are found by name; nothing needs to be registered."""
