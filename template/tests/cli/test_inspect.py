"""`api openapi` and `api routes`: what the service offers."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Api


def test_the_contract_is_written(api: Api, folder: Path) -> None:
    """As JSON that ends in a line break, to the file that is asked for; it needs no settings."""
    result = api("openapi", "--output", "contract.json")

    text = (folder / "contract.json").read_text("utf-8")
    assert (0, "Wrote contract.json.\n") == (result.code, result.out)
    assert "0" == json.loads(text)["info"]["version"]
    assert text.endswith("}\n")


def test_the_contract_is_the_same_everywhere(api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine it is written on do not reach it."""
    api("openapi")
    for name, value in {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://api.shop.example",
        "DOCS_ENABLED": "false",
        "LOG_LEVEL": "DEBUG",
        "CORS_ORIGINS": "https://shop.example",
        "BODY_LIMIT_BYTES": "10",
        "RATE_LIMIT": "1/second",
    }.items():
        monkeypatch.setenv(name, value)

    api("openapi", "--output", "again.json")

    contract, again = ((folder / name).read_bytes() for name in ("openapi.json", "again.json"))
    assert contract == again


def test_every_route_is_listed(api: Api) -> None:
    """Methods, full path, who may call it, and its name."""
    result = api("routes")

    lines = [line.split() for line in result.out.splitlines()]
    assert ["GET", "/health/live", "public", "live"] in lines
    assert ["PATCH", "/api/v1/users/me", "login", "update_me"] in lines
    assert ["GET", "/health/ready", "public", "ready"] in lines
    assert sorted(lines, key=lambda line: line[1]) == lines
