"""Refuses requests for another host, and plain http where https is demanded.

Health probes are let through: a load balancer asks by address and inside the network.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import BadRequest, Forbidden, problem

PROBES = "/health/"


class UnknownHost(BadRequest):
    """The Host header names none of this service's hosts (ALLOWED_HOSTS, PUBLIC_URL)."""

    code, title = "unknown_host", "This host is not served here"


class HttpsRequired(Forbidden):
    """The request came over plain http. It is not redirected: its secrets were already sent in clear."""

    code, title = "https_required", "Use https"


class TrustedHosts:
    """Lets in requests whose Host header names one of `hosts`."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower().encode() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compare the name without its port."""
        if scope["type"] == "http" and not scope["path"].startswith(PROBES):
            host = next((value for name, value in scope["headers"] if name == b"host"), b"")
            if not self._is_known(host.lower()):
                await problem(UnknownHost(), scope)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_known(self, host: bytes) -> bool:
        name, _, port = host.rpartition(b":")
        return host in self.hosts or (port.isdigit() and name in self.hosts) or b"*" in self.hosts


class HttpsOnly:
    """Lets in only requests that came over https, as the server or a trusted proxy says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse plain http."""
        if scope["type"] == "http" and scope["scheme"] != "https" and not scope["path"].startswith(PROBES):
            await problem(HttpsRequired(), scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)
