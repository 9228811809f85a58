"""Access tokens with another header. The forger knows the key, and his tools are his own: forger.py."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from tests.auth.access_tokens.conftest import ALICE, FIRST, Issuer, LogIn, WhoAmI
from tests.auth.access_tokens.forger import Pair, Sign, derived, encode, hs256, opened, token

REFUSED = "invalid_credential"
Header = dict[str, Any]
# {0} stands for the right one.
KIDS: list[object] = [
    *("x", "0", "*", "{0}=", "../../../../dev/null", "/dev/null", "https://evil.example/jwks", "k" * 300, ""),
    *("{0} ", "{0}\x00", "\x00", "\ud800", "' OR '1'='1", "x' UNION SELECT 'key"),
    *(None, True, 0, 7, 1.5, [], ["{0}"], {}, {"$ne": ""}, {"kid": "{0}"}),
]
ALGORITHMS: list[object] = [
    *(
        "none",
        "None",
        "nOnE",
        "HS256",
        "hs256",
        "HS384",
        "HS512",
        "RS256",
        "PS256",
        "ES256",
        "ES384",
        "ES256K",
    ),
    *("EdDSA", "Ed25519", "Ed448", "", None, 7, [], ["HS256"], {}),
]
TYPES: list[object] = ["JWT", "jwt", "", "AT+JWT", "application/at+jwt", None, ["at+jwt"]]


PAIRS = {algorithm: Pair.new(algorithm) for algorithm in ("Ed25519", "ES256")}


@dataclass(frozen=True)
class Stolen:
    """A good token taken apart, the key that signed it, and whom it makes one of any token."""

    app: FastAPI
    header: Header
    claims: dict[str, Any]
    sign: Sign
    whoami: WhoAmI

    async def outcome(self, header: object, sign: Sign | None = None, claims: object = None) -> str:
        return await self.whoami(self.app, token(header, claims or self.claims, sign or self.sign))


@pytest.fixture(params=["HS256", "Ed25519", "ES256"])
async def stolen(request: pytest.FixtureRequest, issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> Stolen:
    """Of a service that signs with a key of this kind, which the forger knows as well: the worst case."""
    pair = PAIRS.get(request.param)
    app = issuer(*([pair.pem] if pair else []), secret_key=FIRST)
    header, claims = opened((await log_in(app))["access_token"])
    return Stolen(app, header, claims, pair.sign if pair else hs256(derived(FIRST)), whoami)


async def test_the_forger_makes_tokens_as_they_are_made_here(stolen: Stolen) -> None:
    """Or no refusal below would prove anything."""
    assert ALICE == await stolen.outcome(stolen.header)


@pytest.mark.parametrize("kid", KIDS, ids=ascii)
async def test_a_kid_is_a_name_and_nothing_else(stolen: Stolen, kid: object) -> None:
    """No path, no query, no pattern, no other type: it is looked up among the names of the keys there are."""
    if isinstance(kid, str):
        kid = kid.replace("{0}", stolen.header["kid"])

    assert REFUSED == await stolen.outcome({**stolen.header, "kid": kid})


async def test_a_token_without_a_kid_is_refused(stolen: Stolen) -> None:
    """However few keys there are: none is tried."""
    header = {name: value for name, value in stolen.header.items() if name != "kid"}

    assert REFUSED == await stolen.outcome(header)


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t", "crit", "b64", "zip", "cty", "enc", "x"])
@pytest.mark.parametrize("by", ["ours", "his"])
async def test_nothing_else_is_taken_from_the_header(stolen: Stolen, name: str, by: str) -> None:
    """No key and no address of one, nothing critical; though the signature be ours, or his by his own key."""
    his = Pair.new("Ed25519")
    values: dict[str, Header] = {
        "jwk": {"jwk": {**his.jwk, "kid": stolen.header["kid"]}},
        "jku": {"jku": "https://evil.example/jwks.json"},
        "x5u": {"x5u": "https://evil.example/cert.pem"},
        "x5c": {"x5c": [his.public_pem]},
        "x5t": {"x5t": "dGhl"},
        "crit": {"crit": ["exp"], "exp": 1},
        "b64": {"crit": ["b64"], "b64": False},
        "zip": {"zip": "DEF"},
        "cty": {"cty": "JWT"},
        "enc": {"enc": "A256GCM"},
        "x": {"x": "y"},
    }
    header = {**stolen.header, **values[name]}

    if by == "his":
        assert REFUSED == await stolen.outcome({**header, "alg": "Ed25519"}, his.sign)
    else:
        assert REFUSED == await stolen.outcome(header)


@pytest.mark.parametrize("alg", ALGORITHMS, ids=ascii)
@pytest.mark.parametrize("signature", ["ours", "none"])
async def test_the_key_has_its_algorithm(stolen: Stolen, alg: object, signature: str) -> None:
    """Each other one is refused, whatever the token says; so is every one without a signature."""
    sign: Sign = stolen.sign if signature == "ours" else lambda _: b""
    good = signature == "ours" and alg == stolen.header["alg"]

    assert (ALICE if good else REFUSED) == await stolen.outcome({**stolen.header, "alg": alg}, sign)


@pytest.mark.parametrize("typ", TYPES, ids=ascii)
async def test_another_type_is_no_access_token(stolen: Stolen, typ: object) -> None:
    """RFC 8725 section 3.11."""
    assert REFUSED == await stolen.outcome({**stolen.header, "typ": typ})


async def test_a_header_is_read_in_one_way(stolen: Stolen) -> None:
    """A name twice, another order of what counts, something behind the end."""
    good = json.dumps(stolen.header)[1:-1]
    claims = encode(stolen.claims)

    def forged(header: str) -> str:
        message = f"{encode(header.encode())}.{claims}"
        return f"{message}.{encode(stolen.sign(message.encode()))}"

    headers = (f'{{{good}, "alg": "none"}}', f"[{{{good}}}]", f"{{{good}}} x", f'"{good[1]}"', "null", "7")
    outcomes = [await stolen.whoami(stolen.app, forged(header)) for header in headers]

    assert [REFUSED] * 6 == outcomes
