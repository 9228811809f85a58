"""Takes the client's address and scheme from X-Forwarded-* when, and only when, a trusted proxy sent them."""

from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


class TrustedProxies:
    """Believes the hops named in TRUSTED_PROXIES (addresses or networks)."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        # Where no proxy is trusted, the start is quicker without.
        from granian.utils.proxies import wrap_asgi_with_proxy_headers  # noqa: PLC0415

        self.app: Any = wrap_asgi_with_proxy_headers(app, trusted_hosts=list(proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the scope, then go on."""
        await self.app(scope, receive, send)
