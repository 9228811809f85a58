"""Access tokens signed with what is no key of the service, or with one that it has under another name."""

import json
from collections.abc import Callable

import pytest

from tests.auth.access_tokens.conftest import ALICE, FIRST, SECOND, Issuer, LogIn, WhoAmI
from tests.auth.access_tokens.forger import Pair, decode, derived, hs256, opened, token

REFUSED = "invalid_credential"


def _secrets_of(pair: Pair) -> dict[str, bytes]:
    """What a confused verifier would take for the secret of an HMAC: all of it is public."""
    jwk, pem = pair.jwk, pair.public_pem
    return {
        "pem": pem.encode(),
        "pem, no line break at its end": pem.strip().encode(),
        "pem, one line": pem.replace("\n", "").encode(),
        "der": pair.public_der,
        "point": b"".join(decode(jwk[name]) for name in ("x", "y") if name in jwk),
        "text of it": jwk["x"].encode(),
        "jwk": json.dumps(jwk).encode(),
        "jwk, canonical": json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode(),
        "kid": pair.kid.encode(),
        "nothing": b"",
    }


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
async def test_a_public_key_is_no_secret(
    issuer: Issuer, log_in: LogIn, whoami: WhoAmI, algorithm: str
) -> None:
    """Algorithm confusion: everybody has it, and signs an HMAC with it, in whatever form."""
    pair = Pair.new(algorithm)
    app = issuer(pair.pem)
    header, claims = opened((await log_in(app))["access_token"])

    outcomes = {
        (name, alg): await whoami(app, token({**header, "alg": alg}, claims, hs256(secret)))
        for name, secret in _secrets_of(pair).items()
        for alg in ("HS256", algorithm)
    }

    assert {REFUSED} == set(outcomes.values()), outcomes


async def test_where_pairs_sign_a_secret_does_not(issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> None:
    """Who knows SECRET_KEY makes no tokens there; nor is one good from before."""
    before = (await log_in(issuer(secret_key=FIRST)))["access_token"]
    app = issuer(Pair.new("Ed25519").pem, secret_key=FIRST, secret_key_fallbacks=SECOND)
    header, claims = opened(before)
    now, _ = opened((await log_in(app))["access_token"])

    sign, kids = hs256(derived(FIRST)), (header["kid"], now["kid"])
    forged = [token({**header, "kid": kid}, claims, sign) for kid in kids]

    assert [REFUSED] * 3 == [await whoami(app, each) for each in (before, *forged)]


async def test_a_kid_of_one_key_and_a_signature_of_another(
    issuer: Issuer, log_in: LogIn, whoami: WhoAmI
) -> None:
    """Both are ours; but the pair belongs together."""
    pairs = {"Ed25519": Pair.new("Ed25519"), "ES256": Pair.new("ES256")}
    app = issuer(pairs["Ed25519"].pem, pairs["ES256"].pem)
    _, claims = opened((await log_in(app))["access_token"])

    outcomes = {
        (named, alg, by): await whoami(
            app,
            token({"alg": alg, "typ": "at+jwt", "kid": pairs[named].kid}, claims, pairs[by].sign),
        )
        for named in pairs
        for alg in pairs
        for by in pairs
    }

    assert {(name, name, name) for name in pairs} == {case for case, who in outcomes.items() if who == ALICE}


@pytest.mark.parametrize(
    "signature",
    [
        lambda pair, message: bytes(64),  # CVE-2022-21449: zero is a signature of everything
        lambda pair, message: pair.sign_der(message),
        lambda pair, message: pair.sign(message) + b"\x00",
        lambda pair, message: pair.sign(message)[:-1],
        lambda pair, message: pair.sign(message)[:32],
        lambda pair, message: pair.sign(message)[32:] + pair.sign(message)[:32],
        lambda pair, message: b"\xff" * 64,
        lambda pair, message: pair.sign(b""),
        lambda pair, message: Pair.new("ES256").sign(message),
    ],
)
async def test_what_is_no_signature_of_a_curve_is_refused(
    issuer: Issuer, log_in: LogIn, whoami: WhoAmI, signature: Callable[[Pair, bytes], bytes]
) -> None:
    """All zeros, another form, another length, of something else."""
    pair = Pair.new("ES256")
    app = issuer(pair.pem)
    header, claims = opened((await log_in(app))["access_token"])
    assert ALICE == await whoami(app, token(header, claims, pair.sign))

    assert REFUSED == await whoami(app, token(header, claims, lambda message: signature(pair, message)))


async def test_a_key_that_is_gone_signs_nothing(issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> None:
    """Whoever has stolen it: neither under its own name nor under that of the new one."""
    gone, new = Pair.new("Ed25519"), Pair.new("Ed25519")
    header, claims = opened((await log_in(issuer(gone.pem)))["access_token"])
    app = issuer(new.pem)

    forged = [token({**header, "kid": kid}, claims, gone.sign) for kid in (gone.kid, new.kid)]

    assert [REFUSED, REFUSED] == [await whoami(app, each) for each in forged]
