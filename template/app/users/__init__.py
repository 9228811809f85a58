"""Accounts: who a user is. How a user proves it stands in app/auth."""

from app.users.models import Role, User

__all__ = ["Role", "User"]
