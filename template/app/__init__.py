"""The service. Start reading at `main.py`; your own code lives in `features/`."""
