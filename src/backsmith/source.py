"""Where the template is."""

from dataclasses import dataclass
from pathlib import Path

from backsmith.errors import Refused

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


@dataclass(frozen=True)
class Source:
    """A template as Copier is told of it; `menu` is its copier.yml, or the one of the same release."""

    location: str
    revision: str
    menu: Path


def home(package: Path = _PACKAGE, checkout: Path = _CHECKOUT) -> Path:
    """The folder with our own copier.yml and hooks/: the checkout we run from, else the installed package."""
    return checkout if (checkout / "template").is_dir() and (checkout / "copier.yml").is_file() else package


def find(override: str | None = None) -> Source:
    """The template to use: the one named, else our checkout, else our repository at our own release."""
    if override is None:
        place = home()
        return _folder(place) if place == _CHECKOUT else _repository(_published())
    folder = Path(override).expanduser()
    return _folder(folder.resolve()) if folder.is_dir() else _repository(override)


def _folder(folder: Path) -> Source:
    menu = folder / "copier.yml"
    if not menu.is_file():
        raise Refused(f"{folder} holds no template: there is no copier.yml")
    # HEAD, not the newest tag: who works in a checkout means what is checked out.
    return Source(str(folder), "HEAD", menu)


def _repository(url: str) -> Source:
    if "://" not in url and ":" not in url:
        raise Refused(f"there is no template at {url}: neither a folder nor the address of a repository")
    return Source(url, f"v{release()}", home() / "copier.yml")


def release() -> str:
    """The version of this package."""
    from importlib.metadata import version  # not worth its milliseconds when only help is asked for

    return version("backsmith")


def _published() -> str:
    from importlib.metadata import metadata

    for entry in metadata("backsmith").get_all("Project-URL") or []:
        label, _, url = entry.partition(", ")
        if label.lower() == "repository":
            return str(url)
    raise Refused("this installation does not know where its template is: name it with --template")
