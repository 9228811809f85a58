"""Templates: `NAME.subject.txt`, `NAME.txt` and `NAME.html`. Values are escaped in html."""

from functools import cache

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)

from app import about, discovery
from app.email.message import RenderedEmail
from app.email.models import EmailMessage


def render(message: EmailMessage, sender: str) -> RenderedEmail:
    """Fill the three templates of a mail. A missing template or value is an error, not an empty spot."""
    values = {"product": about.TITLE, **message.context}
    subject, text, html = (
        _environment().get_template(f"{message.template}.{part}").render(values)
        for part in ("subject.txt", "txt", "html")
    )
    return RenderedEmail(
        message.id, sender, message.recipient, " ".join(subject.split()), text.strip() + "\n", html
    )


@cache
def _environment() -> Environment:
    features = {name: FileSystemLoader(folder) for name, folder in discovery.email_folders().items()}
    return Environment(
        # A feature's templates are named after it, and extend the platform's layout by its plain name.
        loader=ChoiceLoader([PackageLoader("app.email"), PrefixLoader(features)]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
