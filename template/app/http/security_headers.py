"""Security headers for a JSON API, after the OWASP REST Security cheat sheet.

A response that sets one of these itself (the docs page its Content-Security-Policy) keeps its own.
"""

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

# RFC 6797. Two years, so that a browser that knows this host never tries plain http again.
HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
