"""Optimistic concurrency: ETag and If-Match (RFC 9110 sections 8.8.3 and 13.1.1)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from app.db import Versioned
from app.errors import PreconditionFailed

_TAGS = re.compile(r'(?:W/)?"[^"]*"')
_PATTERN = r'^(\*|(W/)?"[!#-~]*"(\s*,\s*(W/)?"[!#-~]*")*)$'


def etag(response: Response, row: Versioned) -> None:
    """Tell the client which version it got."""
    response.headers["ETag"] = f'"{row.version}"'


class Precondition:
    """What the client believes the current version to be."""

    def __init__(self, tags: str | None) -> None:
        self.tags = tags

    def check(self, row: Versioned) -> None:
        """Raise PreconditionFailed when the row is not at a version that If-Match names."""
        if self.tags is None or self.tags == "*":
            return
        # Strong comparison: a weak tag (W/"…") never matches.
        if f'"{row.version}"' not in _TAGS.findall(self.tags):
            raise PreconditionFailed(headers={"ETag": f'"{row.version}"'})


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            pattern=_PATTERN,
            max_length=200,
            description='The ETag you read, such as `"3"`: change only this.',
        ),
    ] = None,
) -> Precondition:
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(_if_match)]
