"""The mails about an account: with a one-time link, and of what happened to it."""

from datetime import timedelta

from app.accounts.links import LinkPurpose
from app.email import Email


def link_mail(to: str, purpose: LinkPurpose, token: str, lifetime: timedelta, frontend_url: str) -> Email:
    """The mail with a one-time link; its template and the frontend's page are named after the purpose.

    The link begins with FRONTEND_URL, never with anything that a request says (its Host header, say): else
    whoever asks for somebody's mail could have the token sent to a host of theirs.
    """
    page = purpose.replace("_", "-")
    return Email(
        to,
        purpose,
        {
            # Behind the #, so that the token stays out of the logs of whoever serves the page.
            "url": frontend_url and f"{frontend_url}/{page}#token={token}",
            "token": token,
            "hours": int(lifetime.total_seconds() // 3600),
        },
    )


def notice(to: str, template: str, frontend_url: str, **values: object) -> Email:
    """The mail that tells what happened to an account, and where to undo it."""
    return Email(to, template, {"url": frontend_url and f"{frontend_url}/forgot-password", **values})
