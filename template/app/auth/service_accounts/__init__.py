"""Accounts of programs: users without a password, who have nothing but their keys."""
