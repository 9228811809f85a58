"""A browser, and what it may say of the page that makes it send a request."""

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from tests.auth.cookies.attacker import NAME
from tests.auth.cookies.entrance import enter

HERE, EVIL, SIBLING, PARTNER = (
    "http://127.0.0.1:8000",  # PUBLIC_URL
    "https://evil.example",
    "https://blog.example.com",
    "https://app.example.com",
)
VICTIM = "victim@example.com"


class Browser:
    """Sends what it is told to, and the one cookie it was given, whoever makes it."""

    def __init__(self, app: FastAPI) -> None:
        self.client = AsyncClient(transport=ASGITransport(app), base_url=HERE)
        self.client.headers["Host"] = "127.0.0.1:8000"
        self.cookie = ""

    async def send(self, method: str, path: str, headers: dict[str, str], **body: object) -> Response:
        request = self.client.build_request(method, f"/api/v1{path}", headers=headers, **body)  # type: ignore[arg-type]
        if self.cookie:
            request.headers.setdefault("Cookie", self.cookie)
        return await self.client.send(request)

    async def rename(self, headers: dict[str, str], **body: object) -> int:
        return (
            await self.send("PATCH", "/users/me", headers, **(body or {"json": {"name": "evil"}}))
        ).status_code

    async def name(self) -> object:
        return (await self.send("GET", "/users/me", {})).json()["name"]


async def victim(app: FastAPI) -> Browser:
    browser = Browser(app)
    browser.cookie = f"{NAME}={await enter(app, VICTIM)}"
    return browser


REFUSED = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    {"Sec-Fetch-Site": "same-site", "Origin": SIBLING},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": EVIL, "Referer": f"{HERE}/"},
    {"Sec-Fetch-Site": "cross-site", "Referer": f"{HERE}/"},
    # A page of ours is same-origin: who says otherwise and names us lies.
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    *({"Sec-Fetch-Site": value} for value in ("", "Same-Origin", "same-origin, cross-site", "unknown", "*")),
    *(
        {"Origin": origin}
        for origin in (
            *("null", "", "*", EVIL, SIBLING),
            *(f"{HERE}.evil.example", f"{HERE}0", "http://127.0.0.1", "https://127.0.0.1:8000"),
            *(f"{HERE}/", f"{HERE}, {EVIL}", f"{EVIL}, {HERE}", f"http://user@127.0.0.1:8000 {EVIL}"),
        )
    ),
    {"Origin": "null", "Referer": f"{HERE}/page"},
    {"Origin": EVIL, "Referer": f"{HERE}/page"},
    *(
        {"Referer": referer}
        for referer in (
            *(f"{EVIL}/{HERE}/", f"{EVIL}?{HERE}", f"{HERE}.evil.example/", f"{HERE}@evil.example/"),
            *("about:blank", "//127.0.0.1:8000/", "127.0.0.1:8000", "http://[", "http://127.0.0.1:port/"),
        )
    ),
    # Another host than this service's, whatever the request's own Host header says.
    {"Host": "localhost", "Origin": "http://localhost"},
    {"X-Forwarded-Host": "evil.example", "Origin": EVIL},
    {"X-Requested-With": "XMLHttpRequest"},
]
PASSED = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
    {"Sec-Fetch-Site": "none"},
    {"Origin": HERE},
    {"Referer": f"{HERE}/page?a=b#c"},
]
