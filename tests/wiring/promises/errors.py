"""Every error is a problem document, and every answer carries the security headers."""

from collections.abc import Iterator

from styles import PASSWORD
from wiring.client import Answer
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, User

HANDLERS = "app/http/error_handlers.py"
ENGINE = "app/db/engine.py"
STACK = "app/http/middleware.py"
INVOICES = "/api/v1/invoices"


def _errors(site: Site) -> Iterator[tuple[int, str, Answer]]:
    """One of each kind of error that can be had: the status and code it should have, and the answer."""
    nobody, user = site.anybody, site.user()
    made = user.invoice()
    there, number = f"{INVOICES}/{made.json['id']}", made.json["number"]
    yield 400, "unknown_host", nobody.get("/problems", Host="evil.example")
    yield 400, "invalid_link", nobody.post("/api/v1/auth/verify-email", {"token": "no such token"})
    yield 401, "unauthorized", nobody.get(INVOICES)
    yield 401, "invalid_credential", nobody.get(INVOICES, Authorization="Bearer x.y.z")
    yield 401, "invalid_login", nobody.post("/api/v1/auth/login", {"email": user.email, "password": "wrong"})
    yield 403, "email_not_verified", _login_unverified(site)
    yield 404, "not_found", nobody.get("/no/such/path")
    yield 404, "not_found", user.get(f"{INVOICES}/00000000-0000-7000-8000-000000000000")
    yield 405, "method_not_allowed", user.send("PUT", there)
    yield 409, "already_exists", user.invoice(number=number)
    yield 412, "precondition_failed", user.patch(there, {"amount_cents": 5}, If_Match='"99"')
    yield 413, "content_too_large", user.send("POST", INVOICES, body=b" " * (1024 * 1024 + 1))
    yield 415, "unsupported_media_type", user.send("POST", INVOICES, body=b"x", content_type="text/plain")
    yield 422, "invalid_request", user.post(INVOICES, {})
    yield 422, "invalid_cursor", user.get(f"{INVOICES}?cursor={'A' * 40}")
    yield 429, "too_many_requests", [nobody.post("/api/v1/auth/register", {}) for _ in range(11)][-1]
    yield 500, "internal_error", _broken(site, user)


def _login_unverified(site: Site) -> Answer:
    email = site.account()
    site.write("UPDATE users SET email_verified_at = NULL WHERE email = ?", email)
    return site.anybody.post("/api/v1/auth/login", {"email": email, "password": PASSWORD})


def _broken(site: Site, user: User) -> Answer:
    with site.without("invoices"):
        return user.get(INVOICES)


@probe(
    DEVELOPMENT,
    Cut(STACK, "Middleware(ErrorBoundary),"),
    *(
        Cut(HANDLERS, f"app.exception_handler({kind})({handler})", "pass")
        for kind, handler in (
            ("AppError", "_app_error"),
            ("RequestValidationError", "_invalid_request"),
            ("HTTPException", "_http_error"),
            ("DBAPIError", "_database_error"),
        )
    ),
    Cut("app/http/routing.py", "raise UnsupportedMediaType", "return"),
    Cut(
        "app/main.py",
        "for router in (health.router, problems.router):",
        "for router in (health.router,):",
    ),
)
def every_error_is_a_documented_problem(site: Site) -> None:
    """RFC 9457, with a code, the request id and a type that /problems explains."""
    listed = site.anybody.get("/problems")
    assert listed.status == 200
    documented = {(each["type"], each["code"], each["status"]) for each in listed.json}
    for status, code, answer in _errors(site):
        assert answer.error == (status, code), answer.text
        problem = answer.json
        assert problem.keys() >= {"type", "title", "status", "detail", "instance", "code", "request_id"}
        assert problem["request_id"] == answer.header("X-Request-ID")
        assert (problem["type"], problem["code"], problem["status"]) in documented
        assert "Traceback" not in answer.text
        assert "SELECT" not in answer.text


NAMES = 'columns=tuple(name.split(".")[-1] for name in names.split(", ") if "." in name)'


@probe(
    DEVELOPMENT,
    Cut(HANDLERS, 'if column != "owner_id":', "if True:"),
    Cut(ENGINE, NAMES, "columns=()"),
    Cut(ENGINE, '"23505": FailureKind.UNIQUE', '"23505": FailureKind.OTHER', on="postgresql"),
    Cut(ENGINE, 'getattr(cause, "constraint_name", None)', "None", on="postgresql"),
    Cut(HANDLERS, "or constraint_columns(failure.constraint)", on="postgresql"),
    Cut(ENGINE, "1062: FailureKind.UNIQUE", "1062: FailureKind.OTHER", on="mysql"),
    Cut(ENGINE, "_CONSTRAINT.search(str(message))", "None", on="mysql"),
)
def conflict_names_the_field(site: Site) -> None:
    """A value that is taken is told by its place in the request, and nobody else's value with it."""
    user = site.user()
    answer = user.invoice(number=user.invoice().json["number"])
    assert answer.error == (409, "already_exists")
    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [("/body/number", "unique")]


SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@probe(
    DEVELOPMENT,
    Cut(STACK, "Middleware(ErrorBoundary),"),
    Cut(
        "app/http/response_headers.py",
        "headers.extend(header for header in SECURITY_HEADERS if header[0] not in own)",
        "pass",
    ),
    Cut("app/http/response_headers.py", "headers.extend(extra)", "pass"),
)
def every_answer_has_the_security_headers(site: Site) -> None:
    """Success and every error alike, request id included."""
    user = site.user()
    made = user.invoice()
    answers = [
        made,
        user.delete(f"{INVOICES}/{made.json['id']}"),
        *(answer for _, _, answer in _errors(site)),
    ]
    for answer in answers:
        assert {name: answer.header(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.header("X-Request-ID")


@probe(DEVELOPMENT, Cut(HANDLERS, 'ours.headers["Allow"] = ', "_ = "))
def allow_lists_every_method(site: Site) -> None:
    """RFC 9110 section 15.5.6: a 405 names all the methods that the path knows."""
    user = site.user()
    answer = user.send("PUT", f"{INVOICES}/{user.invoice().json['id']}")
    assert answer.header("Allow") == "DELETE, GET, PATCH"


@probe(DEVELOPMENT, Cut("app/errors.py", 'headers={"WWW-Authenticate": "Bearer"},', "headers={},"))
def unauthorized_names_the_scheme(site: Site) -> None:
    """RFC 9110 section 15.5.2, and RFC 6750 section 3.1 where a token was sent."""
    assert site.anybody.get(INVOICES).header("WWW-Authenticate") == "Bearer"
    refused = site.anybody.get(INVOICES, Authorization="Bearer x.y.z")
    assert refused.header("WWW-Authenticate") == 'Bearer error="invalid_token"'
