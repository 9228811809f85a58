"""The way of a login: to the provider with a question, back with a code that only this service can redeem."""

from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlencode, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record_refusal
from app.auth.oidc.claims import Claims
from app.auth.oidc.flight import Flight
from app.auth.oidc.provider import Metadata, Provider
from app.auth.oidc.tokens import Tokens
from app.errors import BadRequest, Forbidden, Unavailable
from app.outbound.client import CallFailed, CallRefused
from app.settings import Settings

CALLBACK = "/api/v1/auth/callback"


class LoginFailed(BadRequest):
    """What came back does not belong to a login that this browser has begun: begin again."""

    code, title = "login_failed", "This login cannot be completed"


class LoginRefused(Forbidden):
    """The provider does not let this user in, or the user has thought better of it."""

    code, title = "login_refused", "The identity provider refused the login"


@dataclass(frozen=True)
class Answer:
    """What the browser brings back from the provider (RFC 6749 section 4.1.2; RFC 9207 section 2)."""

    code: str | None
    state: str | None
    issuer: str | None
    error: str | None


class ProviderLogin:
    """A login by way of the provider's pages."""

    def __init__(self, provider: Provider, settings: Settings) -> None:
        self._provider = provider
        self._redirect_uri = settings.public_url + CALLBACK

    async def question(self, flight: Flight) -> str:
        """The address at the provider to send the browser to. Raises Unavailable."""
        ours, metadata = self._provider.settings, await self._provider.metadata()
        if not ours.oidc_client_id:
            raise Unavailable("Nobody can log in here: OIDC_CLIENT_ID is not set.", retry_after=60)
        query = {
            "response_type": "code",
            "client_id": ours.oidc_client_id,
            "redirect_uri": self._redirect_uri,
            "scope": ours.oidc_scope,
            "state": flight.state,
            "nonce": flight.nonce,
            "code_challenge": flight.code_challenge,
            "code_challenge_method": "S256",
        }
        target = metadata.authorization_endpoint
        return target + ("&" if urlsplit(target).query else "?") + urlencode(query)

    async def claims(self, session: AsyncSession, flight: Flight, answer: Answer) -> Claims:
        """Whom the provider has let in. Raises LoginFailed, LoginRefused or Unavailable."""
        if not compare_digest((answer.state or "").encode(), flight.state.encode()):
            raise failed(session, "state")
        if not self._is_of_provider(answer, await self._provider.metadata()):
            raise failed(session, "issuer")
        if answer.error is not None:
            record_refusal(session, Event("login", details={"reason": "provider"}))
            raise LoginRefused
        try:
            token = await self._provider.redeem(answer.code or "", self._redirect_uri, flight.code_verifier)
        except CallRefused:
            raise failed(session, "code") from None
        except CallFailed:
            raise Unavailable("The identity provider cannot be reached.", retry_after=10) from None
        return await self._verified(session, token, flight)

    def _is_of_provider(self, answer: Answer, metadata: Metadata) -> bool:
        """Whether it is this provider that answers, not another one that was sent the same state (mix-up)."""
        if answer.issuer is None:
            return not metadata.authorization_response_iss_parameter_supported
        return answer.issuer == metadata.issuer

    async def _verified(self, session: AsyncSession, token: str, flight: Flight) -> Claims:
        tokens, keys = Tokens(self._provider.settings), self._provider.keys
        for at_hand in (keys.get, keys.newer):  # the key may be newer than those at hand
            if (found := await at_hand()) is None:
                raise Unavailable("The keys of the identity provider cannot be had.", retry_after=10)
            if (claims := tokens.id_token(token, found, flight.nonce)) is not None:
                return claims
        raise failed(session, "token")


def failed(session: AsyncSession, reason: str) -> LoginFailed:
    """The same answer whatever it was; the trail knows."""
    record_refusal(session, Event("login", details={"reason": reason}))
    return LoginFailed("Begin again at /api/v1/auth/login.")
