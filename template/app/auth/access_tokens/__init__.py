"""Access tokens: signed here, verified here, and by whoever asks for our public keys."""

from app.auth.access_tokens.endpoints import router
from app.auth.access_tokens.tokens import AccessToken, AccessTokens, open_access_tokens

__all__ = ["AccessToken", "AccessTokens", "open_access_tokens", "router"]
