"""Accounts with a password: opened, proven, recovered, changed and deleted by their owners."""
