"""What a forger has: the RFCs, an HMAC, two kinds of key pairs. Nothing of the code that makes tokens."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization as s11n
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Sign = Callable[[bytes], bytes]


def encode(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(f"{text}==")


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def token(header: object, claims: object, sign: Sign) -> str:
    message = f"{encode(header)}.{encode(claims)}"
    return f"{message}.{encode(sign(message.encode()))}"


def hs256(secret: bytes) -> Sign:
    return lambda message: hmac.digest(secret, message, "sha256")


def derived(secret_key: str) -> bytes:
    """The key of access tokens that comes of SECRET_KEY."""
    return hmac.digest(secret_key.encode(), b"access-token", "sha256")


@dataclass(frozen=True)
class Pair:
    """A key pair, in every form that somebody may get hold of."""

    private: PrivateKey

    @classmethod
    def new(cls, algorithm: str) -> "Pair":
        if algorithm == "Ed25519":
            return cls(ed25519.Ed25519PrivateKey.generate())
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> str:
        pkcs8, clear = s11n.PrivateFormat.PKCS8, s11n.NoEncryption()
        return self.private.private_bytes(s11n.Encoding.PEM, pkcs8, clear).decode()

    @property
    def public_pem(self) -> str:
        return self._public(s11n.Encoding.PEM).decode()

    @property
    def public_der(self) -> bytes:
        return self._public(s11n.Encoding.DER)

    @property
    def jwk(self) -> dict[str, str]:
        """RFC 8037 section 2, RFC 7518 section 6.2."""
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {"crv": "Ed25519", "kty": "OKP", "x": encode(public.public_bytes_raw())}
        point = public.public_numbers()
        x, y = (encode(number.to_bytes(32)) for number in (point.x, point.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    @property
    def kid(self) -> str:
        """RFC 7638: the members that must be there, in order, without spaces."""
        canonical = json.dumps(self.jwk, sort_keys=True, separators=(",", ":"))
        return encode(hashlib.sha256(canonical.encode()).digest())

    def sign(self, message: bytes) -> bytes:
        """RFC 8037 section 3.1, RFC 7518 section 3.4."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = utils.decode_dss_signature(self.sign_der(message))
        return r.to_bytes(32) + s.to_bytes(32)

    def sign_der(self, message: bytes) -> bytes:
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        return self.private.sign(message, ec.ECDSA(SHA256()))

    def _public(self, encoding: s11n.Encoding) -> bytes:
        return self.private.public_key().public_bytes(encoding, s11n.PublicFormat.SubjectPublicKeyInfo)
