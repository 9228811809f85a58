"""GET /.well-known/jwks.json: the public keys by which other services verify access tokens (RFC 7517)."""

from fastapi import APIRouter, Request, Response

from app.auth.access_tokens.tokens import AccessTokens
from app.marks import bounded, public
from app.validation import ResponseModel

# How long others may go on without a new key: it has to be known for so long before it signs.
CACHED_SECONDS = 300
router = APIRouter(tags=["service"])


class PublicKey(ResponseModel):
    """A public key: that of the curve, with its name and what it is good for."""

    kty: str
    crv: str
    x: str
    y: str | None = None
    kid: str
    alg: str
    use: str


class PublicKeys(ResponseModel):
    """The key that signs, and others: that will sign, or did."""

    keys: list[PublicKey]


@router.get("/.well-known/jwks.json", response_model_exclude_none=True)
@public
@bounded
async def list_public_keys(request: Request, response: Response) -> PublicKeys:
    """The keys that access tokens are verified with; none where a secret of this service signs them."""
    tokens: AccessTokens = request.app.state.access_tokens
    response.headers["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    return PublicKeys(keys=[PublicKey(**key.public) for key in tokens.keys if key.public])
