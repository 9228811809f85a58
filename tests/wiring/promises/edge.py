"""What every request passes: its id, who may ask, from where, and how much."""

import re

from wiring.client import Answer
from wiring.cuts import Cut
from wiring.probes import BROWSER, DEVELOPMENT, DIRECT, PRODUCTION, probe
from wiring.site import Site

STACK = "app/http/middleware.py"
REQUEST_ID = "app/http/request_id.py"
HOSTS = "app/http/hosts.py"
ORIGIN = "https://app.example.com"
LIMIT = 1024 * 1024


@probe(
    DEVELOPMENT,
    Cut(STACK, "Middleware(RequestId),"),
    Cut(REQUEST_ID, 'scope["response_headers"].append((b"x-request-id", request_id.encode()))', "pass"),
)
def request_id_is_echoed(site: Site) -> None:
    """The caller's own id comes back, stands in the problem document and in the log."""
    answer = site.anybody.get("/api/v1/nothing", X_Request_ID="My-id_1.2")
    assert answer.header("X-Request-ID") == "My-id_1.2"
    assert answer.json["request_id"] == "My-id_1.2"
    assert site.access_line(answer)["path"] == "/api/v1/nothing"


@probe(DEVELOPMENT, Cut(REQUEST_ID, "token_hex(16)", '"0" * 32'))
def request_id_is_made(site: Site) -> None:
    """A request without an id gets one of its own."""
    ids = {site.anybody.get("/problems").header("X-Request-ID") for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", str(each)) for each in ids)


@probe(
    DEVELOPMENT,
    Cut(REQUEST_ID, "not _SANE.fullmatch(request_id) or", "not request_id or"),
    Cut(REQUEST_ID, " or redact_text(request_id) != request_id"),
)
def insane_request_id_is_replaced(site: Site) -> None:
    """An id that could confuse a log or a page is not taken over."""
    for insane in ("a b", "x" * 65, "<script>", '{"a":1}', "ä", "4111-1111-1111-1111"):
        answer = site.anybody.get("/problems", X_Request_ID=insane)
        assert re.fullmatch("[0-9a-f]{32}", str(answer.header("X-Request-ID")))


@probe(DEVELOPMENT, Cut(STACK, "Middleware(TrustedHosts, hosts=settings.hosts),"))
def another_host_is_refused(site: Site) -> None:
    """A forged Host header gets nowhere, but a health probe asks by address."""
    for forged in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example"):
        answer = site.anybody.get("/problems", Host=forged)
        assert answer.error == (400, "unknown_host")
    assert site.anybody.get("/problems", Host="localhost:8000").status == 200
    assert site.anybody.get("/health/live", Host="10.0.0.1").status == 200


@probe(
    PRODUCTION,
    Cut(STACK, "[Middleware(HttpsOnly)]", "[]"),
    Cut("app/settings.py", "return self.production if self.require_https is None", "return False if True"),
)
def https_is_demanded_in_production(site: Site) -> None:
    """Plain http is refused, not redirected; health probes come in plain."""
    answer = site.anybody.get("/problems")
    assert answer.error == (403, "https_required")
    assert site.anybody.get("/problems", X_Forwarded_Proto="https").status == 200
    assert site.anybody.get("/health/ready").status == 200


@probe(
    PRODUCTION,
    Cut("app/http/response_headers.py", "headers.append(HSTS)", "pass"),
    Cut("app/http/response_headers.py", 'if scope["scheme"] == "https":', "if True:"),
)
def hsts_is_sent_over_tls_only(site: Site) -> None:
    """RFC 6797 section 7.2: never over plain http."""
    secure = site.anybody.get("/problems", X_Forwarded_Proto="https")
    assert "max-age=" in str(secure.header("Strict-Transport-Security"))
    assert site.anybody.get("/health/live").header("Strict-Transport-Security") is None


@probe(
    DEVELOPMENT,
    Cut(STACK, "[Middleware(TrustedProxies, proxies=settings.trusted_proxies)]", "[]"),
)
def trusted_proxy_sets_address_and_scheme(site: Site) -> None:
    """The nearest address that is no trusted proxy is the client's; what stands before it is hearsay."""
    answer = site.anybody.get(
        "/problems", X_Forwarded_For="203.0.113.9, 198.51.100.7", X_Forwarded_Proto="https"
    )
    line = site.access_line(answer)
    assert (line["client"], line["caller"]) == ("198.51.100.7", "address:198.51.100.7")
    assert answer.header("Strict-Transport-Security")


@probe(DIRECT, Cut("app/http/proxies.py", "trusted_hosts=list(proxies)", 'trusted_hosts="*"'))
def untrusted_proxy_sets_nothing(site: Site) -> None:
    """Whoever is no trusted proxy cannot choose an address or pretend to come over https."""
    answer = site.anybody.get("/problems", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert site.access_line(answer)["caller"] == "address:127.0.0.1"
    assert answer.header("Strict-Transport-Security") is None


def _preflight(site: Site, origin: str) -> Answer:
    client = site.anybody.having(Origin=origin, Access_Control_Request_Method="PATCH")
    return client.having(Access_Control_Request_Headers="If-Match").send("OPTIONS", "/api/v1/users/me")


@probe(
    DEVELOPMENT,
    Cut(
        STACK,
        "*([Middleware(Cors, settings=settings)] if settings.cors_origins else []),",
        'Middleware(Cors, settings=settings.model_copy(update={"cors_origins": ("*",)})),',
    ),
)
def cors_is_closed(site: Site) -> None:
    """Unless configured, no other site reads anything from a browser."""
    for answer in (
        site.anybody.get("/problems", Origin=ORIGIN),
        _preflight(site, ORIGIN),
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@probe(
    BROWSER,
    Cut(STACK, "*([Middleware(Cors, settings=settings)] if settings.cors_origins else []),"),
    Cut("app/http/cors.py", "allow_origins=settings.cors_origins", 'allow_origins=("*",)'),
    Cut("app/http/cors.py", "expose_headers=EXPOSED,"),
)
def cors_is_open_for_the_configured_origin_alone(site: Site) -> None:
    """It may send and read, errors too; another origin may not."""
    for origin, status, allowed in ((ORIGIN, 200, ORIGIN), ("https://evil.example", 403, None)):
        asked = _preflight(site, origin)
        assert (asked.status, asked.header("Access-Control-Allow-Origin")) == (status, allowed)
        error = site.anybody.get("/api/v1/users/me", Origin=origin)
        assert (error.status, error.header("Access-Control-Allow-Origin")) == (401, allowed)
        if allowed:
            assert "ETag" in str(error.header("Access-Control-Expose-Headers"))
        else:
            assert asked.error == (403, "cors_refused")


@probe(
    DEVELOPMENT,
    Cut(STACK, "Middleware(BodyLimit, limit=settings.body_limit_bytes),"),
    Cut("app/http/body_limit.py", "int(length) > self.limit", "False"),
)
def large_body_is_refused(site: Site) -> None:
    """A body of the limit is read; one byte more is refused by its Content-Length."""
    path, user = "/api/v1/invoices", site.user()
    assert user.send("POST", path, body=b" " * LIMIT).status == 422
    answer = user.send("POST", path, body=b" " * (LIMIT + 1))
    assert answer.error == (413, "content_too_large")


@probe(
    DEVELOPMENT,
    Cut("app/http/body_limit.py", "self._counting(receive) if counts else receive", "receive"),
    Cut("app/http/body_limit.py", "if read > self.limit:", "if False:"),
)
def large_chunked_body_is_refused(site: Site) -> None:
    """A body that does not tell its length is counted as it comes."""
    path, user, piece = "/api/v1/invoices", site.user(), b" " * 65536
    assert user.send("POST", path, body=iter([piece] * (LIMIT // len(piece)))).status == 422
    answer = user.send("POST", path, body=iter([piece] * (LIMIT // len(piece) + 1)))
    assert answer.error == (413, "content_too_large")
