"""An OpenID Connect provider for probes: it signs what a probe says, and checks the code verifier."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUDIENCE, CLIENT = "https://api.example.com", "the-client"


def new_key() -> rsa.RSAPrivateKey:
    """A key that nobody else has."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Issuer:
    """The provider. `nonce` replaces the one it was asked for."""

    url: str
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    nonce: str | None = None
    questions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """By which a service knows it."""
        return {"OIDC_ISSUER": self.url, "OIDC_AUDIENCE": AUDIENCE, "OIDC_CLIENT_ID": CLIENT}

    def claims(self, subject: str, **changes: object) -> dict[str, object]:
        """Those of a good access token, changed."""
        now = int(time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300}
        return {**good, "client_id": CLIENT, "jti": uuid4().hex, **changes}

    def token(self, claims: Mapping[str, object], kind: str = "at+jwt", key: Any = None) -> str:
        """Sign."""
        return jwt.encode(dict(claims), key or self.key, "RS256", {"typ": kind, "kid": "1"})

    def code(self, address: str) -> str:
        """What somebody's browser is sent back with from the page at this address."""
        code = uuid4().hex
        self.questions[code] = dict(parse_qsl(urlsplit(address).query))
        return code

    def answer(self, path: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """What it says."""
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return 200, {"issuer": self.url, **{name: f"{self.url}/{name}" for name in names}}
        if path == "/jwks_uri":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return 200, {"keys": [{**public, "kid": "1"}]}
        question = self.questions.pop(form.get("code", ""), None)
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if question is None or question["code_challenge"] != urlsafe_b64encode(digest).decode().rstrip("="):
            return 400, {"error": "invalid_grant"}
        claims = self.claims("Ann", aud=CLIENT, nonce=self.nonce or question["nonce"])
        return 200, {"id_token": self.token(claims, "JWT")}


@contextmanager
def issuer() -> Iterator[Issuer]:
    """A provider on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode())))

        def _answer(self, form: Mapping[str, str]) -> None:
            status, document = provider.answer(self.path, form)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Issuer(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
