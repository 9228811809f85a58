"""Every number of the accounts and logins, in one place."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class AuthPolicy:
    """Lifetimes, lengths and attempts."""

    # NIST SP 800-63B-4 section 3.1.1.2: 15 where the password is the only factor; no other rule on its form.
    password_min_length: int = 15
    password_max_length: int = 256
    access_token_lifetime: timedelta = timedelta(minutes=15)
    # A login ends when it is not used for so long, and after so long in any case (ASVS 5.0 10.4.8).
    login_idle_lifetime: timedelta = timedelta(days=14)
    login_lifetime: timedelta = timedelta(days=30)
    verification_lifetime: timedelta = timedelta(hours=24)
    clock_leeway: timedelta = timedelta(seconds=30)
    login_rate: str = "10/minute"
    register_rate: str = "10/minute"
    link_rate: str = "20/minute"
    refresh_rate: str = "60/minute"


POLICY = AuthPolicy()
