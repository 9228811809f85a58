"""Cross-site request forgery: a browser sends a cookie whichever page asks, so the page is looked at.

Fetch Metadata first (no page can forge it), else Origin or Referer, one of which must be there (OWASP
Cross-Site Request Forgery Prevention cheat sheet; ASVS 5.0 3.5.1).
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden, problem
from app.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = frozenset({"same-origin", "none"})  # none: the user typed or chose it, no page did
VARY = (b"vary", b"Cookie, Sec-Fetch-Site, Origin")
DEFAULT_PORTS = {"http": 80, "https": 443}


class CsrfRefused(Forbidden):
    """No trusted page asked for it, as far as Sec-Fetch-Site, Origin or Referer tell; or none is there."""

    code, title = "csrf_refused", "This request may come from another site"


class CsrfGuard:
    """Refuses unsafe requests with the session cookie that no trusted page has made."""

    def __init__(self, app: ASGIApp, settings: Settings, cookie: bytes) -> None:
        self.app = app
        self.settings = settings
        self.cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at what the cookie could authorise; where there is an Authorization header it does nothing."""
        if scope["type"] == "http":
            scope["response_headers"].append(VARY)
            headers = Headers(scope=scope)
            unsafe = scope["method"] not in SAFE_METHODS
            if unsafe and "authorization" not in headers and cookies_named(self.cookie, scope["headers"]):
                try:
                    demand_own_page(headers, self.settings)
                except CsrfRefused as error:
                    await problem(error, scope)(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def demand_own_page(headers: Headers, settings: Settings) -> None:
    """Raise CsrfRefused unless a page of this service or of CORS_ORIGINS has made the request."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in OURS:
        return
    trusted = {origin_of_url(url) for url in settings.cors_origins}
    if site is None:  # an old browser, or plain http
        trusted.add(origin_of_url(settings.public_url))
        origin = origin or origin_of_url(headers.get("referer", ""))
    # Compared as it is sent: a browser writes an origin in one way only.
    if not origin or origin not in trusted:
        raise CsrfRefused


def origin_of_url(url: str) -> str:
    """A URL's origin as a browser writes it (RFC 6454 section 6.2), or nothing."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port not in {None, DEFAULT_PORTS[parts.scheme]} else ""
    )


def cookies_named(name: bytes, headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Every value sent under a cookie's name, byte for byte.

    Only spaces and tabs around a pair are dropped. A lenient parser would take a name that is not quite
    `__Host-…` for it, and such a one a browser lets a sibling domain set.
    """
    pairs = [pair for field, value in headers if field == b"cookie" for pair in value.split(b";")]
    split = [pair.strip(b" \t").partition(b"=") for pair in pairs]
    return [value for found, _, value in split if found == name]
