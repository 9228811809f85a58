"""Calls to other services: bounded in time, and none at all to one that is known to be away."""
