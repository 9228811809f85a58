"""An external OpenID Connect provider: its access tokens, and logins by way of its pages."""

from app.auth.oidc.bearer import KeysOnDemand, UnverifiedToken, bearer_tokens
from app.auth.oidc.identity import VerifiedToken

__all__ = ["KeysOnDemand", "UnverifiedToken", "VerifiedToken", "bearer_tokens"]
