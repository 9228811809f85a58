"""The mail about what happened to an account."""

from app.email import Email


def notice(to: str, template: str, frontend_url: str, **values: object) -> Email:
    """The mail that tells what happened to an account, and where to undo it."""
    return Email(to, template, {"url": frontend_url and f"{frontend_url}/forgot-password", **values})
