"""Tokens as an attacker makes them: by hand, with none of the code that makes or reads good ones."""

import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import AsyncClient

ME = "/api/v1/users/me"


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def rs256(header: dict[str, Any], claims: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def hs256(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), sha256))}"


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def claims_of(issuer: str, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": issuer,
        "aud": "https://api.example.com",
        "sub": "victim",
        "client_id": "an-app",
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + 300,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


async def outcome(client: AsyncClient, token: str | bytes) -> str:
    """Whether it lets in, or the code of the refusal."""
    raw = token if isinstance(token, bytes) else token.encode()
    answer = await client.get(ME, headers={b"Authorization": b"Bearer " + raw})
    return "in" if answer.status_code == 200 else str(answer.json()["code"])
