"""Generates a production FastAPI backend: a thin face over Copier's public API."""
