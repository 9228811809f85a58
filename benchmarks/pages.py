"""Whether page 10,000 costs what page 1 costs: a million invoices of one user, 100 a page, by cursor."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from fastapi import Request, Response
from sqlalchemy import event, select

import rows
from measure import Call, headline, run
from project import SERVERS, Project, load, rendered_project

# The million and first row is behind page 10,000, which so has a next page, as page 1 has.
LIMIT, PAGE = 100, 10_000
ROUNDS, WARM_UP, MOST = 100, 10, 1.2
ROUTE = "/api/v1/invoices"
ORDERS = ("-created_at", "due_on")
# In a plan: what grows with the table.
BAD = ("Seq Scan", "Sort", "ALL", "filesort")


@dataclass
class LastQuery:
    """The last query for invoices, with its values as the driver got them."""

    sql: str = ""
    values: Any = None

    def note(self, _connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        """Remember it, if it is one."""
        if "FROM invoices" in sql and not sql.startswith("EXPLAIN"):
            self.sql, self.values = sql, values


async def cursor_to(app: Any, order: str, page: int) -> str:
    """The cursor of a page, signed by the app, as if all pages before had been read."""
    sort = load("app.features.invoices.repository:SORTS")[order]
    places = [place.desc() if sort.descending else place for place in (sort.column, sort.key)]
    invoices = select(sort.column.class_).order_by(*places)
    last_before = invoices.offset((page - 1) * LIMIT - 1).limit(1)
    last = await app.state.database.run(lambda session: session.scalar(last_before), read_only=True)
    scope = {"type": "http", "method": "GET", "path": ROUTE, "query_string": b"", "headers": [], "app": app}
    params = load("app.pagination:PageParams")(Request(scope), Response(), LIMIT, None)
    cursor: str = params.announce(sort, last)
    return cursor


async def compare(calls: Mapping[int, Call]) -> dict[int, float]:
    """The median of the milliseconds of each page, in turns."""
    taken: dict[int, list[float]] = {page: [] for page in calls}
    for _ in range(WARM_UP + ROUNDS):
        for page, call in calls.items():
            start = time.perf_counter()
            status, body = await call()
            taken[page].append((time.perf_counter() - start) * 1000)
            answer = json.loads(body)
            if status != 200 or len(answer["items"]) != LIMIT or answer["next_cursor"] is None:
                raise SystemExit(f"page {page} answered {status}: {body.decode()}")
    return {page: median(times[WARM_UP:]) for page, times in taken.items()}


async def plan(app: Any, query: LastQuery) -> list[str]:
    """How the database says it runs a query, a line for each step."""
    async with app.state.database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            steps = await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {query.sql}", query.values)
            return [line.strip(" ->") for (line,) in steps if ": " not in line]
        steps = await connection.exec_driver_sql(f"EXPLAIN {query.sql}", query.values)
        return [f"{row['type']} by {row['key']}, {row['Extra']}" for row in steps.mappings()]


async def check(app: Any, order: str, token: str, query: LastQuery) -> bool:
    """Measure one order and print; true when all is well."""
    route = f"{ROUTE}?limit={LIMIT}&sort={order}"
    headers = ((b"authorization", f"Bearer {token}".encode()),)
    late = f"{route}&cursor={await cursor_to(app, order, PAGE)}"
    calls = {1: Call(app, route, headers), PAGE: Call(app, late, headers)}
    taken = await compare(calls)
    well = True
    for page, call in calls.items():
        await call()
        steps = await plan(app, query)
        well &= not any(bad in step for step in steps for bad in BAD)
        print(f"{order:12} page {page:6,}{taken[page]:8.2f} ms   {'; '.join(steps)}")
    ratio = taken[PAGE] / taken[1]
    print(f"{order:12} {ratio:.2f} times page 1; at most {MOST}, without {', '.join(BAD)}\n")
    return well and ratio <= MOST


async def main(project: Project, database: str) -> None:
    """Measure and print. Exits with 1 where a late page costs more, or a plan does not use the index."""
    app, query = project.app(), LastQuery()
    start = time.perf_counter()
    token = await rows.many_invoices(app, database)
    headline(f"pages: GET {ROUTE}?limit={LIMIT} on {database}, in process, by the clock")
    print(f"{rows.MANY:,} invoices inserted in {time.perf_counter() - start:.0f} seconds\n")
    event.listen(app.state.database.engine.sync_engine, "before_cursor_execute", query.note)
    well = [await check(app, order, token, query) for order in ORDERS]
    await app.state.database.close()
    raise SystemExit(not all(well))


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=tuple(SERVERS), default="postgresql")
    chosen = parser.parse_args().database
    with rendered_project(chosen) as rendered:
        run(main(rendered, chosen))
