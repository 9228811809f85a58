"""How API keys of this service begin: its name, letters and digits only, then the key's id."""

import re
from uuid import UUID

from app import about
from app.auth.api_keys.base62 import encode

PREFIX = re.sub("[^a-z0-9]", "", about.NAME.lower()) + "_"


def beginning_of(key_id: UUID) -> str:
    """The public part of a key, by which its owner knows it again."""
    return PREFIX + encode(key_id.bytes)
