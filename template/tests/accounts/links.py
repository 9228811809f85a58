"""The token in a mail, where there is no frontend to lead to."""

import re

from app.email.message import RenderedEmail


def token_in(mail: RenderedEmail) -> str:
    """The one token that a mail holds."""
    [token] = re.findall(r"^[\w-]{43}$", mail.text, re.MULTILINE)
    return str(token)
