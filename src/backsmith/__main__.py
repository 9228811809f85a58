"""`python -m backsmith`."""

from backsmith.cli import main

main()
