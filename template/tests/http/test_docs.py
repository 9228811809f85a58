"""The documentation page."""

import html
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from httpx2 import AsyncClient

from app import about
from tests.fixtures.apps import PRODUCTION, Serve


async def test_it_is_served_whole_from_here(client: AsyncClient) -> None:
    """No file comes from another host."""
    page = await client.get("/docs")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    [title] = re.findall("<title>(.*?)</title>", page.text)

    assert (200, about.TITLE) == (page.status_code, html.unescape(title))
    assert 3 == len(files)
    assert [200, 200, 200] == [(await client.get(file)).status_code for file in files]


async def test_its_policy_allows_its_own_script_and_no_other(client: AsyncClient) -> None:
    """By the hash of what stands in the page."""
    page = await client.get("/docs")

    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    [scripts] = re.findall(r"script-src ([^;]+);", page.headers["content-security-policy"])
    assert f"'self' 'sha256-{digest}'" == scripts
    assert page.headers["content-security-policy"].startswith("default-src 'none';")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/assets/swagger-ui.css"])
@pytest.mark.parametrize(("asked", "status"), [({}, 404), ({"docs_enabled": True}, 200)])
async def test_production_has_none_unless_asked_for(
    serve: Serve, path: str, asked: dict[str, Any], status: int
) -> None:
    """Nobody is shown round who was not invited."""
    client = serve(**PRODUCTION, **asked)

    assert status == (await client.get(f"https://api.example.com{path}")).status_code
