"""What stands in the log, and what must not."""

import re

from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, invoice

LOGS = "app/logs.py"
ENGINE = "app/db/engine.py"
STATISTICS = "app/db/statistics.py"
ACCESS_LOG = "app/http/access_log.py"


@probe(
    DEVELOPMENT,
    Cut("app/http/middleware.py", "Middleware(AccessLog),"),
    Cut("app/http/route.py", "return str(context.path_format)", "return None"),
    Cut("app/http/caller.py", "identity.caller or address", '"user"'),
)
def access_line_tells_the_request(site: Site) -> None:
    """Method, template of the route, status, caller and duration: one line a request."""
    user = site.user()
    me = user.get("/api/v1/users/me").json["id"]
    made = user.invoice()
    answer = user.get(f"/api/v1/invoices/{made.json['id']}")
    line = site.access_line(answer)
    assert line["duration_ms"] > 0
    assert {name: line[name] for name in ("method", "route", "path", "status", "caller", "level")} == {
        "method": "GET",
        "route": "/api/v1/invoices/{invoice_id}",
        "path": f"/api/v1/invoices/{made.json['id']}",
        "status": 200,
        "caller": f"user:{me}",
        "level": "info",
    }
    assert site.access_line(site.anybody.get("/api/v1/none"))["route"] is None


@probe(
    DEVELOPMENT,
    Cut(ENGINE, "measure(engine.sync_engine)", "pass"),
    Cut(STATISTICS, "statistics.count += 1", "pass"),
    Cut(STATISTICS, "statistics.seconds += time.perf_counter() - statistics.started", "pass"),
    Cut(ACCESS_LOG, "statistics.current.set(queries)", "pass"),
)
def access_line_tells_the_share_of_the_database(site: Site) -> None:
    """How many queries and how long: none without the database, a few behind a login."""
    user = site.user()
    plain = site.access_line(site.anybody.get("/problems"))
    assert (plain["db_queries"], plain["db_ms"]) == (0, 0)
    line = site.access_line(user.get("/api/v1/users/me"))
    assert 1 <= line["db_queries"] <= 6
    assert 0 < line["db_ms"] <= line["duration_ms"]


@probe(
    DEVELOPMENT,
    Cut(ACCESS_LOG, 'path=redact_text(scope["path"])', 'path=scope["path"]'),
    Cut("app/redaction.py", "text = pattern.sub(replacement, text)", "pass"),
)
def secrets_in_a_path_are_redacted(site: Site) -> None:
    """What looks like a secret, an address or a card number leaves no trace, wherever it was written."""
    secrets = {
        "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJqd3QifQ.canary": r"eyJ",
        "canary.person@example.com": r"canary\.person",
        "token=canary-token": r"canary-token",
        "4111-1111-1111-1111": r"4111-1111",
        "Bearer%20canary-credential": r"canary-credential",
    }
    for secret, trace in secrets.items():
        answer = site.anybody.get(f"/api/v1/{secret}")
        assert not re.search(trace, str(site.access_line(answer))), trace


@probe(
    DEVELOPMENT,
    Cut("app/http/request_id.py", "bind_contextvars(request_id=request_id)", "pass"),
    Cut(LOGS, "structlog.contextvars.merge_contextvars,"),
)
def every_line_of_a_request_has_its_id(site: Site) -> None:
    """What goes wrong inside can be found by the id that the client was told."""
    with site.without("invoices"):
        answer = site.user().get("/api/v1/invoices", X_Request_ID="find-me")
    assert answer.json["request_id"] == "find-me"
    assert site.line("unexpected_error", request_id="find-me")["level"] == "error"


@probe(
    DEVELOPMENT,
    Cut(ENGINE, "hide_parameters=True", "hide_parameters=False"),
    Cut(LOGS, "show_locals=False", "show_locals=True"),
)
def secrets_are_not_in_the_log_of_an_error(site: Site) -> None:
    """The full entry for an unexpected error shows neither values of variables nor of queries."""
    account = {"email": "canary.person@example.com", "password": "canary-password-of-a-person"}
    headers = {"Cookie": "sid=canary-cookie", "Idempotency_Key": "canary-key"}
    user = site.user()
    with site.without("email_messages"):
        refused = site.anybody.post(
            "/api/v1/auth/register", account, Authorization="Basic canary-credential", **headers
        )
    with site.without("invoices"):
        headers["Cookie"] = "; ".join(filter(None, (user.headers.get("Cookie"), headers["Cookie"])))
        broken = user.post("/api/v1/invoices", invoice(customer_name="Canary Name"), **headers)
    for answer, table in ((refused, "email_messages"), (broken, "invoices")):
        assert answer.error == (500, "internal_error")
        site.access_line(answer)
        request_id = answer.header("X-Request-ID")
        lines = [line for line in site.server.lines() if line.get("request_id") == request_id]
        text = str(lines).replace("\\", "")
        assert "unexpected_error" in text
        assert site.database.no_table.format(table) in text
        for canary in ("canary.person", "canary-", "Canary Name", "$argon2", *user.secrets):
            assert canary not in text


@probe(
    DEVELOPMENT,
    Cut("app/http/error_handlers.py", '"code": e["type"],', '"code": e["type"], "input": str(e["input"]),'),
)
def refused_secret_is_not_repeated(site: Site) -> None:
    """A password that is refused stands neither in the answer nor in the log."""
    body = {"email": "not an address", "password": "canary-short", "token": "canary-token"}
    answer = site.anybody.post("/api/v1/auth/register", body)
    assert answer.error == (422, "invalid_request")
    assert {each["pointer"] for each in answer.json["errors"]} == {
        "/body/email",
        "/body/password",
        "/body/token",
    }
    site.access_line(answer)
    assert "canary-" not in answer.text + str(site.server.lines()[-5:])
