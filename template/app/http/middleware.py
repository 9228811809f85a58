"""The middleware stack as one list, outermost first."""

from collections.abc import Sequence

from starlette.middleware import Middleware

from app.http.access_log import AccessLog
from app.http.body_limit import BodyLimit
from app.http.boundary import ErrorBoundary
from app.http.caller import Caller, Identify
from app.http.cors import Cors
from app.http.hosts import HttpsOnly, TrustedHosts
from app.http.proxies import TrustedProxies
from app.http.rate_limit import DefaultRateLimit
from app.http.request_id import RequestId
from app.http.response_headers import ResponseHeaders
from app.settings import Settings


def middleware(settings: Settings, identify: Identify, guards: Sequence[Middleware] = ()) -> list[Middleware]:
    """Every request passes these from top to bottom, its response from bottom to top.

    `guards` are what the style of authentication asks for besides.
    """
    return [
        *([Middleware(TrustedProxies, proxies=settings.trusted_proxies)] if settings.trusted_proxies else []),
        Middleware(ResponseHeaders),
        Middleware(RequestId),
        Middleware(AccessLog),
        Middleware(TrustedHosts, hosts=settings.hosts),
        *([Middleware(HttpsOnly)] if settings.demands_https else []),
        *([Middleware(Cors, settings=settings)] if settings.cors_origins else []),
        Middleware(BodyLimit, limit=settings.body_limit_bytes),
        Middleware(Caller, identify=identify),
        Middleware(DefaultRateLimit, rate=settings.rate_limit),
        *guards,
        Middleware(ErrorBoundary),
    ]
