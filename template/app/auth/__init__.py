"""Who is asking. A feature uses `CurrentUser`, and `@public` for a route that anybody may call."""

from app.auth.current_user import CurrentUser, Principal
from app.marks import public

__all__ = ["CurrentUser", "Principal", "public"]
