"""The keys of access tokens, each bound to one algorithm and to one header, its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from joserfc.jwk import ECKey, OctKey, OKPKey

TYPE = "at+jwt"  # RFC 9068 section 2.1: an access token, and nothing else signed with this key
_PEM = re.compile(r"-----BEGIN ([A-Z ]*KEY)-----.+?-----END \1-----", re.DOTALL)
# The kinds of key pairs, with their curve and their algorithm (RFC 9864 section 2.2, RFC 7518 section 3.4).
_PAIRS: tuple[tuple[type[OKPKey | ECKey], str, str], ...] = (
    (OKPKey, "Ed25519", "Ed25519"),
    (ECKey, "P-256", "ES256"),
)


@dataclass(frozen=True)
class TokenKey:
    """A key and the algorithm it is good for: no token ever chooses one (RFC 8725 section 3.1)."""

    jwk: OctKey | OKPKey | ECKey
    algorithm: str

    @cached_property
    def kid(self) -> str:
        """Its public name, the SHA-256 thumbprint of RFC 7638: it tells nothing of 256 secret bits."""
        return self.jwk.thumbprint()

    @cached_property
    def header(self) -> dict[str, str]:
        """What a token that is signed with it says of itself, neither more nor less."""
        return {"alg": self.algorithm, "typ": TYPE, "kid": self.kid}

    @cached_property
    def public(self) -> dict[str, str] | None:
        """What others verify with (RFC 7517 section 4); None of a secret key."""
        if isinstance(self.jwk, OctKey):
            return None
        public = {name: str(value) for name, value in self.jwk.as_dict(private=False).items()}
        return {**public, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


def secret_key(secret: bytes) -> TokenKey:
    """The key that is a secret of ours: who can verify can sign."""
    return TokenKey(OctKey.import_key(secret), "HS256")


def key_pairs(text: str) -> tuple[TokenKey, ...]:
    """The keys of PEM blocks, the one to sign with first. Raises ValueError, which tells nothing of them."""
    keys = tuple(_read(text))
    if not keys or not keys[0].jwk.is_private:
        raise ValueError("must begin with a private key in PEM; `api jwt-key` makes one")
    return keys


def _read(text: str) -> Iterator[TokenKey]:
    for block in _PEM.finditer(text):
        key = _read_block(block[0])
        if key is None:
            raise ValueError("each key must be an Ed25519 or P-256 key in PEM, and not encrypted")
        yield key


def _read_block(block: str) -> TokenKey | None:
    for kind, curve, algorithm in _PAIRS:
        try:
            key = kind.import_key(block)
        except Exception:  # noqa: S112 - whatever it is, it is no key of this kind
            continue
        if key.curve_name == curve:
            return TokenKey(key, algorithm)
    return None
