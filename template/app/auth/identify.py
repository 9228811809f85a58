"""Who sends a request, told by its headers and without a query: by an API key, or as the style has it."""

from collections.abc import Mapping

from app.auth import credentials
from app.auth.api_keys import PREFIX, ApiKeys
from app.http.caller import Identify, Identity
from app.settings import Settings


def identifier(settings: Settings) -> Identify:
    """Make the function that verifies the credential in a request's headers."""
    of_style, keys = credentials.identifier(settings), ApiKeys(settings)

    def identify(headers: Mapping[bytes, bytes]) -> Identity | None:
        scheme, _, text = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer" and text.startswith(PREFIX):
            # A wrong key is nobody, whatever else comes with it: no cookie takes its place.
            return keys.verify(text)
        return of_style(headers)

    return identify
