"""The provider: where it is, what its keys are, and what it gives for a code."""

from functools import cache
from typing import Any, Self
from urllib.parse import quote_plus

from httpx2 import BasicAuth
from pydantic import BaseModel, Field, ValidationError

from app.auth.oidc.keys import Keys
from app.auth.oidc.refreshed import Lifetimes, Refreshed
from app.auth.oidc.settings import OidcSettings, is_protected
from app.errors import Unavailable
from app.outbound.client import CallFailed, JsonClient
from app.settings import load

DISCOVERY = "/.well-known/openid-configuration"


class Metadata(BaseModel):
    """What the provider publishes of itself (OpenID Connect Discovery section 3), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = Field(default=["client_secret_basic"])
    authorization_response_iss_parameter_supported: bool = False

    @classmethod
    def read(cls, document: dict[str, Any], issuer: str) -> Self:
        """Read it. Raises CallFailed when it is not the issuer's, or names an address without https."""
        try:
            found = cls.model_validate(document)
        except ValidationError as error:
            names = ", ".join(sorted({str(each["loc"][0]) for each in error.errors()}))
            raise CallFailed(f"the discovery document lacks {names}") from None
        if found.issuer != issuer:  # OpenID Connect Discovery section 4.3; ASVS 5.0 10.5.3
            raise CallFailed("the discovery document is of another issuer")
        if not all(map(is_protected, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri))):
            raise CallFailed("the discovery document names an address without https")
        return found


class Provider:
    """One provider. Nothing is asked before somebody wants it, and nothing while it is known to be away."""

    def __init__(self, settings: OidcSettings, lifetimes: Lifetimes) -> None:
        self.settings = settings
        self._client = JsonClient("identity provider", settings.oidc_timeout_seconds)
        self._metadata = Refreshed("metadata", self._fetch_metadata, lifetimes)
        self.keys = Refreshed("keys", self._fetch_keys, lifetimes)

    async def metadata(self) -> Metadata:
        """Where its endpoints are. Raises Unavailable."""
        if not self.settings.oidc_issuer:
            raise Unavailable("There is no identity provider: OIDC_ISSUER is not set.", retry_after=60)
        if (found := await self._metadata.get()) is None:
            raise Unavailable("The identity provider cannot be reached.", retry_after=10)
        return found

    async def redeem(self, code: str, redirect_uri: str, code_verifier: str) -> str:
        """The ID token for a code (RFC 6749 section 4.1.3; RFC 7636 section 4.5). Raises CallFailed.

        Asked once: a code is good once, and an answer that was lost has used it up.
        """
        settings, metadata = self.settings, await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        secret, auth = settings.oidc_client_secret.get_secret_value(), None
        if secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = _basic(settings.oidc_client_id, secret)
        else:
            form |= {"client_id": settings.oidc_client_id} | ({"client_secret": secret} if secret else {})
        answer = await self._client.post_form(metadata.token_endpoint, form, auth=auth)
        if not isinstance(token := answer.get("id_token"), str):
            raise CallFailed("the answer holds no ID token")
        return token

    async def _fetch_metadata(self) -> Metadata:
        issuer = self.settings.oidc_issuer
        return Metadata.read(await self._client.get(issuer.rstrip("/") + DISCOVERY), issuer)

    async def _fetch_keys(self) -> Keys:
        if (metadata := await self._metadata.get()) is None:
            raise CallFailed("the discovery document cannot be had")
        return Keys(await self._client.get(metadata.jwks_uri))


def _basic(client_id: str, secret: str) -> BasicAuth:
    return BasicAuth(quote_plus(client_id), quote_plus(secret))  # RFC 6749 section 2.3.1


@cache
def provider() -> Provider:
    """The provider of this process, whose keys serve every request. Raises SettingsError."""
    return Provider(load(OidcSettings), Lifetimes())
