"""Who is asking, and what they may do.

A feature asks for `CurrentUser`, and marks a route with `@require(SOME_PERMISSION)`, or with `@public` when
anybody may call it.
"""

from app.auth.current_user import CurrentUser
from app.auth.permissions import ADMINS, EVERYBODY, Permission, require
from app.auth.principal import Principal
from app.marks import public

__all__ = ["ADMINS", "EVERYBODY", "CurrentUser", "Permission", "Principal", "public", "require"]
