"""The rows that the benchmarks read: one user with a login, and some or very many invoices."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from project import load

SOME, MANY, BATCH = 200, 1_000_001, 100_000

# Three invoices in a second, 33,333 due on each of 30 days: a page must not pay for rows that sort alike.
INSERT = """
INSERT INTO invoices (id, owner_id, number, customer_name, customer_email, amount_cents, currency, notes,
                      due_on, status, created_at, updated_at, version)
WITH digits AS (SELECT 0 AS d {others}), numbers AS (
    SELECT :first + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
    FROM digits a, digits b, digits c, digits d, digits e)
SELECT {id}, owner.id, concat('N', n), concat('Customer ', n), concat('customer', n, '@example.com'),
       n, 'EUR', 'Thank you for your order.', {due_on}, 'draft', {created_at}, {created_at}, 1
FROM numbers, users owner WHERE n < :rows ORDER BY n
"""
OTHERS = " ".join(f"UNION ALL SELECT {digit}" for digit in range(1, 10))
EXPRESSIONS = {
    "postgresql": {
        "id": "CAST(lpad(to_hex(n), 32, '0') AS uuid)",
        "due_on": "CAST('2026-01-01' AS date) + n % 30",
        "created_at": "CAST('2026-01-01' AS timestamptz) + n / 3 * interval '1 second'",
    },
    "mysql": {
        "id": "unhex(lpad(hex(n), 32, '0'))",
        "due_on": "CAST('2026-01-01' AS date) + INTERVAL n % 30 DAY",
        "created_at": "CAST('2026-01-01' AS datetime) + INTERVAL n DIV 3 SECOND",
    },
}
ANALYSE = {"postgresql": "ANALYZE invoices", "mysql": "ANALYZE TABLE invoices"}


async def some_invoices(app: Any) -> str:
    """Add a user with a few invoices, as the app makes them; gives an access token."""
    invoice = load("app.features.invoices.models:Invoice")
    today = load("app.db:utc_now")().date()

    async def fill(session: Any) -> Any:
        login = await _open_login(session)
        for number in range(SOME):
            session.add(
                invoice(
                    owner_id=login.user_id,
                    number=f"2026-{number:04}",
                    customer_name=f"Customer {number}",
                    customer_email=f"customer{number}@example.com",
                    amount_cents=100 + number,
                    currency="EUR",
                    notes="Thank you for your order.",
                    due_on=today,
                )
            )
        return login

    return _token(app, await app.state.database.run(fill))


async def many_invoices(app: Any, database: str) -> str:
    """Add a user with a million and one, made by the database itself; gives an access token."""
    login = await app.state.database.run(_open_login)
    insert = text(INSERT.format(others=OTHERS, **EXPRESSIONS[database]))
    steps = [insert.bindparams(first=first, rows=MANY) for first in range(0, MANY, BATCH)]
    for step in (*steps, text(ANALYSE[database])):
        await app.state.database.run(lambda session, step=step: session.execute(step))
    return _token(app, login)


async def _open_login(session: Any) -> Any:
    user = load("app.users:User")(id=load("app.db:new_id")(), email="jane@example.com")
    session.add(user)
    await session.flush()
    return await load("app.auth.sessions:open_login")(session, user.id, timedelta(days=1))


def _token(app: Any, login: Any) -> str:
    token: str = app.state.access_tokens.issue(login)
    return token
