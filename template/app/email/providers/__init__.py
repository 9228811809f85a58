"""What can carry mail in every project: the console and SMTP."""
