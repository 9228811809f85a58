"""Requests made from the contract alone, to try what somebody may do with any operation."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import uuid4

from httpx2 import AsyncClient, Response

from app.http.rate_limit import Limit, Verdict
from tests.rules.operations import Operation
from tests.rules.schemas import example

T = TypeVar("T")
Change = Callable[[Operation, dict[str, Any]], None]


class NoStore:
    """Keeps nothing, lets everything pass: whoever tries every operation asks more often than anybody may."""

    def __init__(self) -> None:
        self.cache = self.rate_limits = self

    async def hit(self, key: str, limit: Limit) -> Verdict:
        return Verdict(allowed=True, remaining=1, reset_seconds=1, retry_after=1)

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[T]], **_: Any) -> T:
        return await load()

    async def forget(self, key: str) -> None: ...

    async def state(self) -> str:
        return "ok"

    async def close(self) -> None: ...


async def send(
    client: AsyncClient, operation: Operation, ids: dict[str, str] | None = None, change: Change | None = None
) -> Response:
    """Ask for an operation with as little as it takes; where no id is given, with one that nothing has."""
    given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in operation.parameters:
        if parameter["required"]:
            given[parameter["in"]][parameter["name"]] = example(parameter["schema"], operation.document)
    request: dict[str, Any] = {"params": given["query"], "headers": given["header"]}
    if operation.body is not None:
        request["json"] = example(operation.body, operation.document)
    if change is not None:
        change(operation, request)
    path = operation.path.format_map(unknown_ids(operation) | (ids or {}))
    return await client.request(operation.method, path, **request)


async def make_ids(
    client: AsyncClient, operation: Operation, operations: Iterable[Operation], made: dict[str, str]
) -> dict[str, str]:
    """The ids in the operation's path, of things that this client has in the collections they stand behind.

    It makes one where there is a POST, or else takes the first of the list. `made` remembers them.
    """
    known = {(other.method, other.path): other for other in operations}
    ids: dict[str, str] = {}
    for parameter in re.finditer(r"/\{(\w+)\}", operation.path):
        collection = operation.path[: parameter.start()]
        for method in ("POST", "GET"):
            if collection in made or (method, collection) not in known:
                continue
            if (found := await _id(client, known[method, collection], ids)) is not None:
                made[collection] = found
        if collection in made:
            ids[parameter[1]] = made[collection]
    return ids


async def _id(client: AsyncClient, operation: Operation, ids: dict[str, str]) -> str | None:
    """The id of what was made, or of the newest that is there."""
    answer = await send(client, operation, ids)
    if answer.status_code not in {200, 201}:
        return None
    found: Any = answer.json()
    items = found if isinstance(found, list) else found.get("items", [found])
    return items[0].get("id") if items else None


def unknown_ids(operation: Operation) -> dict[str, str]:
    """An id for each place in the path that nothing has."""
    ids = {}
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            schema = parameter["schema"]
            guess: Any = schema.get("maximum") or example(schema, operation.document)
            ids[parameter["name"]] = str(uuid4() if schema.get("format") == "uuid" else guess)
    return ids
