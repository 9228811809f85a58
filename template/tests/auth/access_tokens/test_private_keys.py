"""JWT_PRIVATE_KEYS: what can be used, and the one line about what cannot."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as s11n
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa, x25519

from app.auth.access_tokens.settings import JwtSettings
from app.settings import SettingsError, load
from tests.auth.access_tokens.forger import Pair

EDWARDS, CURVE = Pair.new("Ed25519"), Pair.new("ES256")
CLEAR = s11n.NoEncryption()
NO_PEM = "JWT_PRIVATE_KEYS: holds no key in PEM, and names no file that can be read"
NO_PRIVATE = "JWT_PRIVATE_KEYS: must begin with a private key in PEM; `api jwt-key` makes one"
NO_KIND = "JWT_PRIVATE_KEYS: each key must be an Ed25519 or P-256 key in PEM, and not encrypted"


def pem(key: object, form: s11n.PrivateFormat = s11n.PrivateFormat.PKCS8, password: bytes = b"") -> str:
    sealed = s11n.BestAvailableEncryption(password) if password else CLEAR
    return key.private_bytes(s11n.Encoding.PEM, form, sealed).decode()  # type: ignore[attr-defined,no-any-return]


def kids(value: str) -> list[str]:
    return [key.kid for key in load(JwtSettings, jwt_private_keys=value).keys]


@pytest.mark.parametrize("pair", [EDWARDS, CURVE], ids=["Ed25519", "P-256"])
def test_a_key_in_the_variable_or_in_a_file(pair: Pair, tmp_path: Path) -> None:
    """With line breaks, or with what stands for them in one line."""
    (tmp_path / "key.pem").write_text(pair.pem)

    assert [[pair.kid]] * 3 == [
        kids(pair.pem),
        kids(pair.pem.replace("\n", "\\n")),
        kids(f"{tmp_path}/key.pem"),
    ]


def test_many_keys_stand_one_behind_the_other() -> None:
    """Whatever stands between them, such as comments and what `openssl ecparam` writes."""
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    old = parameters + pem(CURVE.private, s11n.PrivateFormat.TraditionalOpenSSL)

    assert [EDWARDS.kid, CURVE.kid] == kids(f"# new\n{EDWARDS.pem}\n# old\n{old}")


def test_without_any_a_secret_signs() -> None:
    """An empty variable is as good as none."""
    assert [] == kids("")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("canary", NO_PEM),
        ("/no/such/canary.pem", NO_PEM),
        ("c" * 5000, NO_PEM),
        ("canary\x00", NO_PEM),
        ("/", NO_PEM),
        ("-----BEGIN canary-----", NO_PRIVATE),
        (EDWARDS.public_pem, NO_PRIVATE),
        (EDWARDS.public_pem + EDWARDS.pem, NO_PRIVATE),
        (EDWARDS.pem.replace("-----END", "-----AND"), NO_PRIVATE),
        (EDWARDS.pem.replace("M", "x", 1), NO_KIND),
        (EDWARDS.pem + pem(rsa.generate_private_key(65537, 2048)), NO_KIND),
        (pem(ec.generate_private_key(ec.SECP384R1())), NO_KIND),
        (pem(ec.generate_private_key(ec.SECP256K1())), NO_KIND),
        (pem(x25519.X25519PrivateKey.generate()), NO_KIND),
        (pem(ed448.Ed448PrivateKey.generate()), NO_KIND),
        (pem(EDWARDS.private, password=b"canary"), NO_KIND),
    ],
)
def test_what_cannot_sign_is_one_line(value: str, line: str) -> None:
    """That names the setting, and shows nothing of its value."""
    with pytest.raises(SettingsError) as error:
        load(JwtSettings, jwt_private_keys=value)

    assert line == str(error.value)
