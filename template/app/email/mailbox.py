"""The development mailbox: sent mails as files, and a page that shows them at /dev/mailbox."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParam
from jinja2 import Environment, PackageLoader
from starlette.responses import HTMLResponse, Response

from app.errors import NotFound
from app.marks import public

SHOWN = 100
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'"
_pages = Environment(loader=PackageLoader("app.email", "pages"), autoescape=True)
router = APIRouter(prefix="/dev/mailbox", include_in_schema=False)
Name = Annotated[str, PathParam(pattern=r"^[\w-]+$", max_length=100)]


class Mailbox:
    """A folder with one .eml file for each mail, newest last by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, message: EmailMessage) -> None:
        """Keep one mail."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.eml").write_bytes(message.as_bytes())

    def newest(self) -> list[tuple[str, EmailMessage]]:
        """The newest mails, newest first."""
        files = sorted(self.folder.glob("*.eml"), reverse=True)[:SHOWN]
        return [(file.stem, self._read(file)) for file in files]

    def get(self, name: str) -> EmailMessage:
        """One mail. Raises NotFound."""
        file = self.folder / f"{name}.eml"
        if not file.is_file():
            raise NotFound
        return self._read(file)

    @staticmethod
    def _read(file: Path) -> EmailMessage:
        return message_from_bytes(file.read_bytes(), policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    """The text (`plain`) or `html` of a mail."""
    body = message.get_body((kind,))
    return body.get_content() if body is not None else ""


@router.get("")
@public
def list_mails(request: Request) -> Response:
    """Every mail this service has sent on this machine."""
    mails = _mailbox(request).newest()
    return _page("list.html", mails=[(name, message, part(message, "plain")) for name, message in mails])


@router.get("/{name}")
@public
def show_mail(request: Request, name: Name) -> Response:
    """One mail: headers, html and text."""
    message = _mailbox(request).get(name)
    return _page("mail.html", name=name, message=message, text=part(message, "plain"))


@router.get("/{name}/html")
@public
def show_html(request: Request, name: Name) -> Response:
    """The html of a mail alone, for the frame in its page."""
    return _html(part(_mailbox(request).get(name), "html"))


def _mailbox(request: Request) -> Mailbox:
    return Mailbox(Path(request.app.state.settings.mailbox_dir))


def _page(template: str, **values: object) -> Response:
    return _html(_pages.get_template(template).render(values))


def _html(content: str) -> Response:
    # The frame that shows a mail's html is ours: the one page that may be framed.
    return HTMLResponse(content, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})
