"""Tables are altered under a project that runs, as a migration does it."""

import pytest

from faults.site import INVOICES, Site

CHANGES = {"postgresql": "ALTER COLUMN notes TYPE varchar({})", "mysql": "MODIFY notes varchar({})"}


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_altered_table_is_known_anew(site: Site, method: str) -> None:
    """What a connection remembers of the table, such as its prepared statements, is no use any more."""
    user = site.user()
    path = f"{INVOICES}/{user.invoice().json['id']}"
    for amount in (2000, 3000, 4000):
        answer = user.get(path) if method == "GET" else user.patch(path, {"amount_cents": amount})
        assert 200 == answer.status, answer.text
        site.rows(f"ALTER TABLE invoices {CHANGES[site.backend.answer].format(amount)}")
