"""Idempotency-Key: what is sent twice is done once, for one user and one request."""

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from uuid import uuid4

from styles import PASSWORD
from wiring.client import Answer
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, invoice

INVOICES = "/api/v1/invoices"
ROUTING = "app/http/routing.py"
IDEMPOTENCY = "app/http/idempotency.py"
ENGINE = "app/db/engine.py"
ONCE = "keyed = HEADER in request.headers and is_repeatable(endpoint, request.method)"


@probe(
    DEVELOPMENT,
    Cut(ROUTING, ONCE, "keyed = False"),
    Cut(IDEMPOTENCY, '"Idempotent-Replayed": "true"'),
    Cut(ENGINE, ".on_conflict_do_nothing()"),
    Cut(ENGINE, ".on_conflict_do_nothing()", on="postgresql"),
    Cut(ENGINE, '.prefix_with("IGNORE")', on="mysql"),
)
def repeated_request_is_done_once(site: Site) -> None:
    """The second answer is the first one, and says so."""
    user, body, key = site.user(), invoice(), uuid4().hex
    first = user.post(INVOICES, body, Idempotency_Key=key)
    # The draft's own spelling of the same key: a quoted string.
    second = user.post(INVOICES, body, Idempotency_Key=f'"{key}"')
    assert (first.status, second.status) == (201, 201)
    assert (first.header("Idempotent-Replayed"), second.header("Idempotent-Replayed")) == (None, "true")
    for name in ("Location", "ETag", "Content-Type"):
        assert first.header(name) == second.header(name)
    assert first.body == second.body
    assert len(user.get(INVOICES).json["items"]) == 1


@probe(DEVELOPMENT, Cut(IDEMPOTENCY, "if record.request_hash not in hashes:", "if False:"))
def key_of_another_request_is_refused(site: Site) -> None:
    """The same key with another body is a mistake of the client's."""
    user, key = site.user(), uuid4().hex
    user.post(INVOICES, invoice(), Idempotency_Key=key)
    answer = user.post(INVOICES, invoice(), Idempotency_Key=key)
    assert answer.error == (422, "idempotency_key_reused")


@probe(
    DEVELOPMENT, Cut(IDEMPOTENCY, '_hash(request.scope["caller"], request.method', '_hash("", request.method')
)
def key_belongs_to_one_user(site: Site) -> None:
    """Somebody else's answer is never replayed."""
    first, second, key, body = site.user(), site.user(), uuid4().hex, invoice()
    answers = [user.post(INVOICES, body, Idempotency_Key=key) for user in (first, second)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json["id"] != answers[1].json["id"]


@probe(
    DEVELOPMENT,
    Cut(IDEMPOTENCY, "await request.app.state.authenticate(request, session)", "pass"),
)
def replay_needs_a_valid_login(site: Site) -> None:
    """A login that has ended sees no stored answer."""
    user, body, key = site.user(), invoice(), uuid4().hex
    assert user.post(INVOICES, body, Idempotency_Key=key).status == 201
    assert user.post("/api/v1/auth/logout").status == 204
    assert user.post(INVOICES, body, Idempotency_Key=key).status == 401


@probe(DEVELOPMENT, Cut(ROUTING, ONCE, "keyed = False"))
def concurrent_duplicates_make_one_row(site: Site) -> None:
    """The others wait for the first and give its answer."""
    user, body, key = site.user(), invoice(), uuid4().hex

    def ask(_: int) -> Answer:
        return user.post(INVOICES, body, Idempotency_Key=key)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    assert {(answer.status, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert sum(answer.header("Idempotent-Replayed") is None for answer in answers) == 1
    assert len(user.get(INVOICES).json["items"]) == 1


@probe(
    DEVELOPMENT,
    Cut("app/accounts/endpoints.py", "@never_stored\nasync def login(", "async def login("),
    Cut(
        "app/accounts/password_endpoints.py",
        "@never_stored\nasync def change_password",
        "async def change_password",
    ),
)
def secrets_are_never_stored(site: Site) -> None:
    """What a login is opened with stands in no row, whatever key the client sends, nor does a password."""
    user = site.user()
    before = site.rows("SELECT count(*) FROM idempotency_records")
    login = {"email": user.email, "password": PASSWORD}
    assert site.anybody.post("/api/v1/auth/login", login, Idempotency_Key="k1").status == 200
    change = {"current_password": PASSWORD, "new_password": f"{PASSWORD}, again"}
    assert user.post("/api/v1/auth/password", change, Idempotency_Key="k2").status == 200
    assert site.rows("SELECT count(*) FROM idempotency_records") == before


@probe(
    DEVELOPMENT,
    Cut(
        IDEMPOTENCY,
        'hmac.new(key, request.scope["query_string"]',
        'hashlib.sha256(request.scope["query_string"]',
    ),
)
def stored_hash_of_a_request_is_keyed(site: Site) -> None:
    """Whoever reads the table cannot try out what a request may have been."""
    user, body = site.user(), json.dumps(invoice()).encode()
    answer = user.having(Idempotency_Key=uuid4().hex).send("POST", INVOICES, body=body)
    assert answer.status == 201
    stored = {value for (value,) in site.rows("SELECT request_hash FROM idempotency_records")}
    assert not stored & {sha256(before + body).hexdigest() for before in (b"", b"\0")}
