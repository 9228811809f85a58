"""The second factor: what a password alone does not do, and what a code does once."""

import hmac
import re
import struct
import time
from base64 import b32decode
from dataclasses import dataclass

from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, User, part

AUTH = "/api/v1/auth"
FACTOR = "/api/v1/users/me/second-factor"
LOGINS = "app/accounts/logins.py"
PACKAGE = "app/accounts/second_factor"
REQUIRED = (401, "second_factor_required")


@dataclass(frozen=True)
class Guarded:
    """A user with a second factor: the secret, and the recovery codes."""

    site: Site
    user: User
    secret: str
    recovery_codes: list[str]

    def code(self, steps: int) -> str:
        return _code(self.secret, steps)

    def login(self, code: str | None = None, password: str = PASSWORD) -> tuple[int, str | None]:
        """From nowhere in particular: the status and the code of the error."""
        body = {"email": self.user.email, "password": password, "code": code}
        answer = self.site.anybody.post(f"{AUTH}/login", body)
        return answer.error if answer.status >= 400 else (answer.status, None)

    def wrong(self) -> str:
        """No code of these minutes."""
        good = {self.code(steps) for steps in range(-2, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in good)


def _code(secret: str, steps: int) -> str:
    """RFC 6238. A test may cross the border of two steps: the present code is good after it, and the next."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + steps), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def _told(site: Site, email: str, words: str) -> str:
    """The text of the newest mail, once it is the one with these words: the worker sends two at a time."""
    return site.eventually(
        lambda: text if words in (text := part(site.mail(email), "plain")) else None, words
    )


def _guarded(site: Site) -> Guarded:
    user = site.user()
    begun = user.post(FACTOR, {"current_password": PASSWORD})
    assert begun.status == 200, begun.text
    body = {"current_password": PASSWORD, "code": _code(begun.json["secret"], 0)}
    confirmed = user.post(f"{FACTOR}/confirmation", body)
    assert confirmed.status == 200, confirmed.text
    user = site.shown(user, confirmed)
    return Guarded(site, user, begun.json["secret"], confirmed.json["recovery_codes"])


@probe(
    DEVELOPMENT,
    Cut(LOGINS, "if await codes.wanted(session):", "if False:"),
    Cut(f"{PACKAGE}/codes.py", "where(*self._mine(), SecondFactor.last_step < step)", "where(*self._mine())"),
    Cut(
        f"{PACKAGE}/codes.py",
        "use = self._use_totp if is_totp(code) else self._use_recovery_code",
        "return True",
    ),
    Cut(
        f"{PACKAGE}/recovery_codes.py",
        "removed = await session.execute(delete(RecoveryCode).where(*mine))",
        "from sqlalchemy import update\n"
        "    removed = await session.execute(update(RecoveryCode).where(*mine).values(user_id=user_id))",
    ),
    Cut(f"{PACKAGE}/recovery_codes.py", "code_hash=_hash(code)) for code", "code_hash=code) for code"),
    Cut(
        f"{PACKAGE}/sealing.py",
        "return nonce + _cipher(settings).encrypt(nonce, secret, user_id.bytes)",
        "return secret",
    ),
)
def login_takes_a_code_once(site: Site) -> None:
    """The password alone does not do, nor a code that was used; what the codes are made of is not kept."""
    guarded = _guarded(site)
    assert guarded.login() == REQUIRED
    assert guarded.login(guarded.wrong()) == REQUIRED
    code, recovery = guarded.code(1), guarded.recovery_codes[0]
    assert [guarded.login(code) for _ in range(2)] == [(200, None), REQUIRED]
    assert [guarded.login(recovery) for _ in range(2)] == [(200, None), REQUIRED]
    rows = (
        site.rows("SELECT sealed_secret FROM second_factors"),
        site.rows("SELECT code_hash FROM recovery_codes"),
    )
    assert b32decode(guarded.secret) not in [bytes(sealed) for (sealed,) in rows[0]]
    assert guarded.recovery_codes[1] not in [kept for (kept,) in rows[1]]
    assert _told(site, guarded.user.email, "A recovery code")


@probe(
    DEVELOPMENT,
    Cut(
        f"{PACKAGE}/service.py",
        'await end_logins(self.session, self.user.id)\n        await self._tell("second_factor_added")',
        'await self._tell("second_factor_added")',
    ),
)
def confirmation_ends_other_logins(site: Site) -> None:
    """They were opened by the password alone; its owner hears of it."""
    user = site.user()
    other = site.log_in(user.email)
    secret = user.post(FACTOR, {"current_password": PASSWORD}).json["secret"]
    assert other.get(FACTOR).status == 200
    body = {"current_password": PASSWORD, "code": _code(secret, 0)}
    confirmed = user.post(f"{FACTOR}/confirmation", body)
    assert confirmed.status == 200, confirmed.text
    states = [one.get(FACTOR).status for one in (site.shown(user, confirmed), user, other)]
    assert states == [200, 401, 401]
    assert _told(site, user.email, "An authenticator app was added")


@probe(
    DEVELOPMENT,
    Cut("app/accounts/reauthentication.py", "if await codes.wanted(self.session):", "if False:"),
    Cut(f"{PACKAGE}/service.py", "                raise SecondFactorExists", "                pass"),
)
def factor_is_changed_with_a_code(site: Site) -> None:
    """Neither removed nor replaced, nor the password changed, by who has an open login and the password."""
    guarded, password = _guarded(site), {"current_password": PASSWORD}
    for path, body in (
        (f"{FACTOR}/removal", {}),
        (f"{FACTOR}/recovery-codes", {}),
        (f"{AUTH}/password", {"new_password": "several words apart"}),
    ):
        assert guarded.user.post(path, {**password, **body}).error == (403, "wrong_code"), path
    begun = guarded.user.post(FACTOR, {**password, "code": guarded.recovery_codes[0]})
    assert begun.error == (409, "second_factor_exists")
    removal = {**password, "code": guarded.recovery_codes[1]}
    assert guarded.user.post(f"{FACTOR}/removal", removal).status == 200
    assert guarded.login() == (200, None)


@probe(
    DEVELOPMENT,
    Cut(
        LOGINS,
        "afterwards(session, partial(take_back, attempt=attempt))",
        "afterwards(session, partial(forgive, attempt=attempt))",
    ),
    Cut(
        f"{PACKAGE}/throttle.py",
        "return await apart(session, lambda own: admit(own, _counter(user_id, place)))",
        "return True",
    ),
)
def code_is_guessed_ten_times(site: Site) -> None:
    """Neither the password in between nor a new one, by mail, gives more guesses; a recovery code opens."""
    guarded = _guarded(site)
    for _ in range(10):
        assert guarded.login() == REQUIRED
        assert guarded.login(guarded.wrong()) == REQUIRED
    assert guarded.login(guarded.code(1)) == (401, "invalid_login")
    email, new = guarded.user.email, "several words apart"
    assert site.anybody.post(f"{AUTH}/forgot-password", {"email": email}).status == 202
    token = max(re.findall(r"[\w-]{20,}", _told(site, email, "asked for a new password")), key=len)
    assert site.anybody.post(f"{AUTH}/reset-password", {"token": token, "password": new}).status == 204
    assert guarded.login(guarded.code(1), new) == REQUIRED
    assert guarded.login(guarded.recovery_codes[0], new) == (200, None)


@probe(
    DEVELOPMENT,
    Cut(
        f"{PACKAGE}/service.py",
        'await self._end()\n        record(self.session, Event("second_factor.reset"',
        'record(self.session, Event("second_factor.reset"',
    ),
)
def lost_factor_is_reset_on_the_command_line(site: Site) -> None:
    """For whoever has neither the phone nor the codes; every login ends."""
    guarded = _guarded(site)
    command = site.project.run("user", "reset-second-factor", guarded.user.email, settings=site.settings)
    assert command.code == 0, command.errors
    assert guarded.user.get(FACTOR).status == 401
    assert guarded.login() == (200, None)
    assert _told(site, guarded.user.email, "was removed")
