"""Invoices: the example feature. Copy it, then delete it (README, "Remove the example")."""
