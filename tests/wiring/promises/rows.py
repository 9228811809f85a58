"""Lists in pages, rows of one owner, and what is cached of them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import pairwise

from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site

INVOICES = "/api/v1/invoices"
CURSOR, PAGE, SORT = (f"app/pagination/{part}.py" for part in ("cursor", "page", "sort"))
SERVICE = "app/features/invoices/service.py"
REPOSITORY = "app/features/invoices/repository.py"


@probe(
    DEVELOPMENT,
    Cut(SORT, "return query.where(self.behind) if behind else query", "return query"),
    Cut(SORT, "operator.lt if self.descending else operator.gt", "operator.gt"),
    Cut(SORT, "after(tuple_(column, key), tuple_(*place))", "after(column, place[0])"),
    Cut(SORT, "and_(column == value, after(key, last))", "column.is_(None)", on="mysql"),
    Cut(CURSOR, 'self._response.headers["Link"] = ', "_ = "),
    Cut(REPOSITORY, ", status=status"),
)
def pages_walk_all_rows(site: Site) -> None:
    """Each row once and in order, many of equal value, by the cursor as by the Link header."""
    user = site.user()
    made = [user.invoice(due_on=f"2030-01-{1 + number // 4:02}").json for number in range(12)]
    user.post(f"{INVOICES}/{made[0]['id']}/send")
    for sort, column in (
        ("created_at", "created_at"),
        ("-created_at", "created_at"),
        ("due_on", "due_on"),
        ("-due_on", "due_on"),
    ):
        path: str | None = f"{INVOICES}?limit=3&status=draft&sort={sort}"
        rows = []
        for _ in range(5):
            if path is None:
                break
            page = user.get(path)
            assert page.status == 200, page.text
            rows += page.json["items"]
            cursor, link = page.json["next_cursor"], page.header("Link")
            assert (cursor is None) == (link is None)
            path = link and link.removeprefix("<").removesuffix('>; rel="next"')
        assert path is None
        assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in made[1:])
        later = [(row[column], row["id"]) for row in (reversed(rows) if sort.startswith("-") else rows)]
        assert all(one < other for one, other in pairwise(later))


@probe(
    DEVELOPMENT,
    Cut(
        CURSOR,
        "if not any(hmac.compare_digest(signature, _sign(key, payload)) for key in self._keys):",
        "if False:",
    ),
    Cut(CURSOR, "if name != sort.name:", "if False:"),
)
def tampered_cursor_is_refused(site: Site) -> None:
    """A cursor that we did not sign, or that belongs to another order, is no cursor."""
    user = site.user()
    for _ in range(3):
        user.invoice()
    cursor = user.get(f"{INVOICES}?limit=1&sort=created_at").json["next_cursor"]
    raw = bytearray(urlsafe_b64decode(cursor + "=="))
    raw[-1] ^= 1
    forged = urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert user.get(f"{INVOICES}?limit=1&sort=created_at&cursor={cursor}").status == 200
    for query in (f"sort=created_at&cursor={forged}", f"sort=-created_at&cursor={cursor}"):
        assert user.get(f"{INVOICES}?limit=1&{query}").error == (422, "invalid_cursor")


@probe(
    DEVELOPMENT,
    Cut("app/db/engine.py", '"utf8mb4_bin"', '"utf8mb4_general_ci"', on="mysql", migrates=True),
)
def texts_are_compared_as_they_are_written(site: Site) -> None:
    """Numbers that differ in case or accents alone are different ones."""
    user = site.user()
    assert [user.invoice(number=number).status for number in ("a-1", "A-1", "ä-1")] == [201, 201, 201]


@probe(
    DEVELOPMENT,
    Cut(
        "app/db/repository.py",
        "select(self.model).where(self.model.owner_id == self.owner_id)",
        "select(self.model)",
    ),
    Cut(PAGE, '("owner_id", *equal)', "tuple(equal)"),
    Cut(REPOSITORY, ".where(Invoice.owner_id == self.owner_id)"),
)
def rows_of_others_do_not_exist(site: Site) -> None:
    """Somebody else's invoice is 404, in whichever way it is asked for, and counts nowhere."""
    owner, other = site.user(), site.user()
    there = f"{INVOICES}/{owner.invoice().json['id']}"
    for answer in (
        other.get(there),
        other.patch(there, {"amount_cents": 1}),
        other.delete(there),
        other.post(f"{there}/send"),
    ):
        assert answer.error == (404, "not_found")
    assert other.get(INVOICES).json["items"] == []
    assert other.get(f"{INVOICES}/summary").json == []
    assert owner.get(there).json["status"] == "draft"


@probe(
    DEVELOPMENT,
    Cut(
        SERVICE,
        """self.cache.get_or_load(
            self._summary_key, self.invoices.summary, of=list[InvoiceSummary], seconds=SUMMARY_SECONDS
        )""",
        "self.invoices.summary()",
    ),
)
def summary_is_cached(site: Site) -> None:
    """Asked again, the database is spared the query."""
    user = site.user()
    user.invoice()
    first, second = (user.get(f"{INVOICES}/summary") for _ in range(2))
    assert first.json == second.json
    assert site.access_line(second)["db_queries"] == site.access_line(first)["db_queries"] - 1


@probe(
    DEVELOPMENT,
    Cut(SERVICE, "after_commit(self.session, lambda: self.cache.forget(self._summary_key))", "pass"),
    Cut("app/db/session.py", "await _after_commit(session)", "pass"),
    Cut("app/shared_store.py", "self._entries.pop(key, None)", "pass"),
)
def cached_summary_is_forgotten_on_a_change(site: Site) -> None:
    """Whoever changes something sees it at once."""
    user = site.user()
    assert user.get(f"{INVOICES}/summary").json == []
    made = user.invoice(amount_cents=5).json
    assert [each["amount_cents"] for each in user.get(f"{INVOICES}/summary").json] == [5]
    user.patch(f"{INVOICES}/{made['id']}", {"amount_cents": 7})
    assert [each["amount_cents"] for each in user.get(f"{INVOICES}/summary").json] == [7]
    user.delete(f"{INVOICES}/{made['id']}")
    assert user.get(f"{INVOICES}/summary").json == []
