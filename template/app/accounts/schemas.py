"""What comes in at, and goes out of, the account routes."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.accounts.passwords import normalised
from app.auth.policy import POLICY
from app.validation import Email, Line, RequestModel, ResponseModel, Secret


def _normalised(value: object) -> object:
    return normalised(value) if isinstance(value, str) else value


# Its length is counted in the spelling that is kept. No other rule on its form: see also blocklist.py.
NewPassword = Annotated[
    str,
    Field(
        min_length=POLICY.password_min_length,
        max_length=POLICY.password_max_length,
        examples=["several words that do not belong together"],
    ),
    BeforeValidator(_normalised),
]


def _without_groups(value: str) -> str:
    return "".join(value.replace("-", "").split()).lower()


# Of the second factor: from the authenticator app or a recovery code, as they are shown or in one piece.
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(_without_groups),
    Field(description="Of the second factor: from the app, or a recovery code", examples=["123456"]),
]


class Registration(RequestModel):
    """A new account."""

    email: Email
    password: NewPassword
    name: Line | None = None


class Token(RequestModel):
    """The token of a one-time link."""

    token: Secret


class LoginRequest(RequestModel):
    """Address and password; and a code, where the account has a second factor."""

    email: Email
    password: Secret
    code: Code | None = None


class AddressOfAccount(RequestModel):
    """The address of an account that may or may not exist."""

    email: Email


class PasswordReset(RequestModel):
    """The token of a link to set a new password, and the password."""

    token: Secret
    password: NewPassword


class CurrentPassword(RequestModel):
    """Proof that the owner of the account is asking, not only somebody at an open login.

    Where the account has a second factor, it takes a code, too.
    """

    current_password: Secret
    code: Code | None = None


class PasswordChange(CurrentPassword):
    """A new password."""

    new_password: NewPassword


class EmailChange(CurrentPassword):
    """A new address."""

    email: Email


class Accepted(ResponseModel):
    """The request was taken; what follows comes by mail."""

    detail: str
