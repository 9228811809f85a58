"""Every number of the accounts and logins, in one place."""

from dataclasses import dataclass
from datetime import timedelta

from app.users import Role


@dataclass(frozen=True)
class AuthPolicy:
    """Lifetimes, lengths and attempts."""

    # NIST SP 800-63B-4 section 3.1.1.2: 15 where the password is the only factor; no other rule on its form.
    password_min_length: int = 15
    password_max_length: int = 256
    access_token_lifetime: timedelta = timedelta(minutes=15)
    # Wrong passwords: so many for an account are free, then each costs a pause, the next one twice as long.
    # At the cap the password is good for nothing until a new one is set by mail (NIST SP 800-63B-4 3.2.2), or
    # until nobody has tried for as long as failures are remembered: no lock is for ever.
    lockout_failures: int = 10
    lockout_first_pause: timedelta = timedelta(minutes=1)
    lockout_longest_pause: timedelta = timedelta(hours=1)
    lockout_cap: int = 100
    lockout_memory: timedelta = timedelta(days=30)
    # The same for a client address, which many may share.
    lockout_address_failures: int = 50
    lockout_address_memory: timedelta = timedelta(hours=1)
    # And for mails that strangers can have sent to an address.
    mails_to_address: int = 5
    mails_to_address_memory: timedelta = timedelta(hours=1)
    # Whose account, where it has a password, must have a second factor: frozenset({Role.ADMIN}), say.
    second_factor_required_for: frozenset[Role] = frozenset()
    # A code of the authenticator app is good in its 30 seconds and in so many steps before and after them
    # (RFC 6238 section 5.2); with 0, never longer than those (ASVS 5.0 6.5.5).
    second_factor_skew_steps: int = 1
    recovery_codes: int = 10
    # A login ends when it is not used for so long, and after so long in any case (ASVS 5.0 10.4.8).
    login_idle_lifetime: timedelta = timedelta(days=14)
    login_lifetime: timedelta = timedelta(days=30)
    # The same with a session cookie (NIST SP 800-63B-4 section 2.2.3 allows an hour and a day), and how
    # exactly the last use is told.
    session_idle_lifetime: timedelta = timedelta(minutes=30)
    session_lifetime: timedelta = timedelta(hours=24)
    session_use_interval: timedelta = timedelta(minutes=1)
    # With an identity provider: how long its pages may take, and how new a login must be
    # to delete an account.
    provider_login_lifetime: timedelta = timedelta(minutes=10)
    recent_login: timedelta = timedelta(minutes=5)
    verification_lifetime: timedelta = timedelta(hours=24)
    reset_lifetime: timedelta = timedelta(hours=1)
    email_change_lifetime: timedelta = timedelta(hours=1)
    # API keys: how long one is good when nothing is said, and at most.
    api_key_days: int = 90
    api_key_max_days: int = 365
    api_keys_per_user: int = 50
    # A key that was rotated out lives on for so long, until everybody has the new one.
    api_key_overlap: timedelta = timedelta(hours=24)
    # How exactly the last use of a key is told: each use would be a write otherwise.
    api_key_use_interval: timedelta = timedelta(hours=1)
    clock_leeway: timedelta = timedelta(seconds=30)
    audit_retention: timedelta = timedelta(days=90)
    login_rate: str = "10/minute"
    register_rate: str = "10/minute"
    forgot_rate: str = "10/minute"
    reauthentication_rate: str = "20/minute"
    link_rate: str = "20/minute"
    provider_login_rate: str = "60/minute"
    refresh_rate: str = "60/minute"
    api_key_rate: str = "20/minute"


POLICY = AuthPolicy()
