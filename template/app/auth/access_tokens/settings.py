"""Which keys sign access tokens."""

from functools import cached_property
from pathlib import Path

from pydantic import SecretStr, field_validator

from app.auth.access_tokens.keys import TokenKey, key_pairs
from app.settings import EnvSettings


class JwtSettings(EnvSettings):
    """Key pairs, where other services verify the tokens; `.env.example` explains it."""

    jwt_private_keys: SecretStr = SecretStr("")

    @field_validator("jwt_private_keys")
    @classmethod
    def _is_readable(cls, value: SecretStr) -> SecretStr:
        _keys(value)
        return value

    @cached_property
    def keys(self) -> tuple[TokenKey, ...]:
        """The keys, the one to sign with first; none where SECRET_KEY signs."""
        return _keys(self.jwt_private_keys)


def _keys(value: SecretStr) -> tuple[TokenKey, ...]:
    text = value.get_secret_value()
    if not text:
        return ()
    if "-----BEGIN" not in text:
        try:
            text = Path(text).read_text("utf-8")
        except (OSError, ValueError):
            raise ValueError("holds no key in PEM, and names no file that can be read") from None
    # In a variable of one line the line breaks are often written so.
    return key_pairs(text.replace("\\n", "\n"))
