"""API keys: for programs that act for a user, within the scopes the user chose."""

from app.auth.api_keys.issuer import ApiKeys, api_key_scheme
from app.auth.api_keys.prefix import PREFIX
from app.auth.api_keys.repository import ApiKeyRepository, delete_keys

__all__ = ["PREFIX", "ApiKeyRepository", "ApiKeys", "api_key_scheme", "delete_keys"]
