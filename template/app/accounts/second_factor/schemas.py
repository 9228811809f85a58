"""What comes in at, and goes out of, the routes of the second factor."""

from datetime import datetime

from app.accounts.schemas import Code, CurrentPassword
from app.auth.credentials import LoginAnswer
from app.validation import IssuedSecret, ResponseModel


class SecondFactorRead(ResponseModel):
    """Whether you have a second factor, since when, and whether you must."""

    confirmed_at: datetime | None
    recovery_codes_left: int
    required: bool


class Enrolment(ResponseModel):
    """The secret for the app, shown this once: as the URI for a QR code, and to be typed."""

    uri: IssuedSecret
    secret: IssuedSecret


class Confirmation(CurrentPassword):
    """The first code of the app: it has the secret."""

    code: Code


class RecoveryCodes(ResponseModel):
    """One of them takes the place of the app's code, each once. Shown this once."""

    recovery_codes: list[IssuedSecret]


class Confirmed(LoginAnswer, RecoveryCodes):
    """What a new login gives, and the recovery codes."""
