"""A second factor from its first code to its removal."""

import time
from base64 import b32decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from httpx2 import AsyncClient, Response

from app.auth.policy import POLICY
from tests.accounts.second_factor.conftest import Clock
from tests.fixtures import credentials
from tests.fixtures.accounts import Login
from tests.fixtures.mails import SentMails
from tests.fixtures.passwords import PASSWORD
from tests.fixtures.trail import AuditTrail

AUTH, FACTOR = "/api/v1/auth", "/api/v1/users/me/second-factor"
ALICE = "alice@example.com"


class Phone:
    """Alice's login, and the app on her phone."""

    def __init__(self, client: AsyncClient, clock: Clock) -> None:
        self.client = client
        self.clock = clock

    async def begin(self) -> Response:
        begun = await self.client.post(FACTOR, json={"current_password": PASSWORD})
        key = b32decode(begun.json()["secret"])
        self.app = TOTP(key, 6, SHA1(), 30)  # noqa: S303 - as apps do it
        return begun

    def code(self) -> str:
        """The next one."""
        self.clock.shift(30)
        return self.app.generate(time.time()).decode()

    async def post(self, path: str, **body: Any) -> Response:
        body = {"current_password": PASSWORD, "code": self.code(), **body}
        answer = await self.client.post(path, json=body)
        if answer.status_code == 200 and not path.endswith("recovery-codes"):
            credentials.present(self.client, answer)
        return answer

    async def log_in(self, client: AsyncClient, code: str | None = None) -> Response:
        self.clock.shift(1)  # one event after the other
        body = {"email": ALICE, "password": PASSWORD, "code": code}
        return await client.post(f"{AUTH}/login", json=body)


@pytest.fixture
def phone(alice: AsyncClient, clock: Clock) -> Phone:
    """Nothing is on it yet."""
    return Phone(alice, clock)


@pytest.fixture
async def recovery_codes(phone: Phone) -> list[str]:
    """Alice has a second factor."""
    await phone.begin()
    codes: list[str] = (await phone.post(f"{FACTOR}/confirmation")).json()["recovery_codes"]
    return codes


async def test_there_is_none_at_first(alice: AsyncClient) -> None:
    """And nobody must have one, unless the policy says so."""
    state = (await alice.get(FACTOR)).json()

    assert {"confirmed_at": None, "recovery_codes_left": 0, "required": False} == state


async def test_it_counts_once_it_is_confirmed(phone: Phone, client: AsyncClient) -> None:
    """Whoever stops half way is not locked out."""
    begun = await phone.begin()
    before = await phone.log_in(client)
    confirmed = await phone.post(f"{FACTOR}/confirmation")
    after = await phone.log_in(client)
    complete = await phone.log_in(client, phone.code())

    answers = [begun, before, confirmed, after, complete]
    assert [200, 200, 200, 401, 200] == [answer.status_code for answer in answers]
    assert "second_factor_required" == after.json()["code"]
    assert all("no-store" == answer.headers["cache-control"] for answer in (begun, confirmed))
    state = (await phone.client.get(FACTOR)).json()
    assert (POLICY.recovery_codes, True) == (state["recovery_codes_left"], bool(state["confirmed_at"]))


async def test_a_code_may_be_typed_as_it_is_shown(
    phone: Phone, client: AsyncClient, recovery_codes: list[str]
) -> None:
    """In groups; a recovery code also without, or in capitals."""
    code = phone.code()
    spellings = [f"{code[:3]} {code[3:]}", recovery_codes[0], recovery_codes[1].replace("-", "").upper()]

    assert [200, 200, 200] == [(await phone.log_in(client, one)).status_code for one in spellings]


async def test_other_logins_end_with_it(
    alice: AsyncClient, phone: Phone, login: Login, client: AsyncClient
) -> None:
    """They were opened by the password alone; so they do when it is removed. Who asks gets a new one."""
    before = await login(ALICE)
    await phone.begin()
    confirmed = await phone.post(f"{FACTOR}/confirmation")
    states = [(await one.get(FACTOR)).status_code for one in (before, alice)]
    assert (200, [401, 200]) == (confirmed.status_code, states)

    removed = await phone.post(f"{FACTOR}/removal")
    assert (200, 200) == (removed.status_code, (await alice.get(FACTOR)).status_code)
    assert 200 == (await phone.log_in(client)).status_code


async def test_removed_it_can_be_added_again(phone: Phone, recovery_codes: list[str]) -> None:
    """On a new phone."""
    assert 200 == (await phone.post(f"{FACTOR}/removal", code=recovery_codes[0])).status_code
    assert 200 == (await phone.begin()).status_code
    assert 200 == (await phone.post(f"{FACTOR}/confirmation")).status_code


async def test_new_recovery_codes_end_the_old_ones(
    phone: Phone, client: AsyncClient, recovery_codes: list[str]
) -> None:
    """All of them differ."""
    new = (await phone.post(f"{FACTOR}/recovery-codes")).json()["recovery_codes"]

    assert 2 * POLICY.recovery_codes == len({*new, *recovery_codes})
    codes = [(await phone.log_in(client, code)).status_code for code in (recovery_codes[0], new[0])]
    assert [401, 200] == codes
    assert POLICY.recovery_codes - 1 == (await phone.client.get(FACTOR)).json()["recovery_codes_left"]


@pytest.mark.parametrize("path", ["confirmation", "recovery-codes", "removal"])
async def test_what_takes_a_factor_says_when_there_is_none(phone: Phone, path: str) -> None:
    """Not a fault of the code."""
    body = {"current_password": PASSWORD, "code": "123456"}

    answer = await phone.client.post(f"{FACTOR}/{path}", json=body)

    assert (409, "no_second_factor") == (answer.status_code, answer.json()["code"])


@pytest.mark.usefixtures("recovery_codes")
async def test_what_changes_the_account_takes_a_code_too(phone: Phone) -> None:
    """ASVS 5.0 7.5.1."""
    password = {"new_password": "staple battery horse"}
    without = await phone.post(f"{AUTH}/password", code=None, **password)
    changed = await phone.post(f"{AUTH}/password", **password)

    assert (403, "wrong_code") == (without.status_code, without.json()["code"])
    assert 200 == changed.status_code


async def test_its_owner_hears_of_it(
    phone: Phone, client: AsyncClient, recovery_codes: list[str], sent_mails: SentMails
) -> None:
    """Each time, by mail (ASVS 5.0 6.3.7; NIST SP 800-63B-4 section 4.6)."""
    await phone.log_in(client, recovery_codes[0])
    await phone.post(f"{FACTOR}/recovery-codes")
    await phone.post(f"{FACTOR}/removal")

    mails = await sent_mails()
    assert [
        "A second factor was added",
        "A recovery code was used",
        "You have new recovery codes",
        "Your second factor was removed",
    ] == [mail.subject for mail in mails]
    assert f"You have {POLICY.recovery_codes - 1} left" in mails[1].text


async def test_it_is_in_the_audit_trail(
    phone: Phone, client: AsyncClient, recovery_codes: list[str], audit_trail: AuditTrail
) -> None:
    """What was done, and what was refused and why."""
    await phone.log_in(client)
    await phone.log_in(client, "a wrong code")
    await phone.log_in(client, recovery_codes[0])
    await phone.post(f"{FACTOR}/removal", code="a wrong code")
    await phone.post(f"{FACTOR}/recovery-codes")
    await phone.post(f"{FACTOR}/removal")

    events = [event for event in await audit_trail() if event.action != "login"]
    assert [
        "second_factor.begun",
        "second_factor.added",
        "recovery_code.used",
        "reauthentication",
        "recovery_codes.renewed",
        "second_factor.removed",
    ] == [event.action for event in events]
    assert {"reason": "code"} == events[3].details
    reasons = [event.details.get("reason") for event in await audit_trail("login")]
    assert [None, None, "code_missing", "code", None, None] == reasons
