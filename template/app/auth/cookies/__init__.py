"""Session cookies: what stands in them, and whose they are."""

from app.auth.cookies.cookie import HOST_NAME, SessionCookies
from app.auth.cookies.identity import CookieIdentity

__all__ = ["HOST_NAME", "CookieIdentity", "SessionCookies"]
