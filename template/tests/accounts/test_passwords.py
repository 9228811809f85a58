"""Hashing passwords."""

import pytest

from app.accounts import passwords
from app.accounts.passwords import hash_password, verify_password
from tests.fixtures.passwords import REAL_HASHER


async def test_a_password_is_hashed_as_owasp_advises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with 19 MiB, two passes and one lane, and a salt of its own."""
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)

    first, second = await hash_password("the same"), await hash_password("the same")

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert [True, False] == [await verify_password(guess, first) for guess in ("the same", "another")]


async def test_without_an_account_it_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is compared all the same: the time does not tell who has one."""
    compared = []

    class Counting:
        hash = REAL_HASHER.hash

        def verify(self, password: str, password_hash: str) -> bool:
            compared.append(password_hash)
            return True

    monkeypatch.setattr(passwords, "_hasher", Counting())

    assert False is await verify_password("guess", None)
    assert 1 == len(compared)
    assert compared[0].startswith("$argon2id$")
