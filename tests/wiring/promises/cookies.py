"""Session cookies: nobody plants one, forges one, or makes a browser send one for a page of their own."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, PRODUCTION, Setup, probe
from wiring.site import Site, User

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
COOKIE = "app/auth/cookies/cookie.py"
CREDENTIALS, LOGIN = "app/auth/credentials.py", "app/auth/cookies/login.py"
CSRF = "app/http/csrf.py"
IDENTITY = "app/auth/cookies/identity.py"
EVIL = "https://evil.example"
PARTNER = "https://app.example.com"
EMBEDDED = Setup(
    "embedded",
    {**DEVELOPMENT.settings, "CORS_ORIGINS": PARTNER, "CORS_ALLOW_CREDENTIALS": "true"},
)


def _over_https(site: Site) -> Site:
    """The same site, reached through a proxy that has taken the TLS off."""
    everybody = {**site.style.everybody, "X-Forwarded-Proto": "https"}
    return replace(site, style=replace(site.style, everybody=everybody))


def _sending(user: User, cookie: str) -> User:
    """The same user's browser with other cookies."""
    return user.having(Cookie=cookie)


@probe(
    DEVELOPMENT,
    Cut(LOGIN, "        await _end(before, session)\n", "        pass\n"),
    Cut(
        LOGIN,
        "token, value = cookies.make(user_id)",
        """token, value = cookies.make(user_id)
    from app.http.csrf import cookies_named
    if sent := cookies_named(cookies.name.encode(), request.headers.raw):
        value = sent[0].decode()""",
    ),
    auth="session",
)
def cookie_from_before_a_login_is_not_taken_over(site: Site) -> None:
    """Session fixation: whoever plants a cookie, of his own session or an invented one, has nothing of it."""
    thief, victim = site.user(), site.account()
    name, planted = thief.headers["Cookie"].split("=", 1)
    for value in (planted, "A" * 84):
        client = site.anybody.having(Cookie=f"{name}={value}")
        answer = client.post(f"{AUTH}/login", {"email": victim, "password": PASSWORD})
        assert answer.status == 200, answer.text
        assert f"{name}={value};" not in str(answer.header("Set-Cookie"))
        assert site.shown(thief, answer).get(ME).json.get("email") == victim
        assert _sending(thief, f"{name}={value}").get(ME).error == (401, "invalid_credential")


@probe(
    EMBEDDED,
    Cut(LOGIN, "return (Middleware(CsrfGuard, ", "return () and (Middleware(CsrfGuard, "),
    Cut(CREDENTIALS, "    demand_own_page(request.headers, request.app.state.settings)", "    pass"),
    Cut(CSRF, "    if not origin or origin not in trusted:", "    if False:"),
    Cut(CSRF, "    if site in OURS:\n        return\n"),
    Cut(CSRF, "{origin_of_url(url) for url in settings.cors_origins}", "set()"),
    auth="session",
)
def other_sites_act_for_nobody(site: Site) -> None:
    """CSRF: a browser sends its cookie for any page, and says for which: ours and CORS_ORIGINS pass."""
    user = site.user()
    bare = {name: value for name, value in user.headers.items() if name != "Sec-Fetch-Site"}
    body = {"email": user.email, "password": PASSWORD}
    for page, passes in (
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": PARTNER}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": EVIL}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9000"}, False),
        ({"Origin": EVIL}, False),
        ({"Referer": f"{EVIL}/http://127.0.0.1:8000/"}, False),
        ({}, False),
    ):
        browser = User(site.server, {**bare, **page})
        visitor = User(site.server, {k: v for k, v in browser.headers.items() if k != "Cookie"})
        answers = (browser.patch(ME, {"name": "Changed"}), visitor.post(f"{AUTH}/login", body))
        expected = (200, None) if passes else (403, "csrf_refused")
        assert [answer.error for answer in answers] == [expected, expected], page
        assert browser.get(ME).status == 200, "nobody else's page can read the answer"


@probe(
    PRODUCTION,
    Cut(COOKIE, "self.name = HOST_NAME if self.secure else NAME", "self.name = NAME"),
    Cut(COOKIE, '"; Secure" if self.secure else ""', '""'),
    Cut(COOKIE, "; Path=/; HttpOnly;", "; Path=/;"),
    Cut(COOKIE, "SameSite=Lax", "SameSite=None"),
    Cut(LOGIN, "if len(values) == 1 else None", "if values else None"),
    Cut(CSRF, "if found == name]", "if name.endswith(found)]"),
    auth="session",
)
def cookies_of_other_hosts_are_not_ours(site: Site) -> None:
    """Cookie tossing: only the name that a sibling domain cannot set counts, and of two of it none."""
    site = _over_https(site)
    user, thief = site.user(), site.user()
    answer = site.anybody.post(f"{AUTH}/login", {"email": user.email, "password": PASSWORD})
    value, _, attributes = str(answer.header("Set-Cookie")).partition(";")
    assert value.startswith("__Host-")
    assert attributes == " Path=/; HttpOnly; SameSite=Lax; Secure"

    (hers, his) = user.headers["Cookie"], thief.headers["Cookie"]
    plain = his.removeprefix("__Host-")
    assert _sending(user, f"{plain}; {hers}").get(ME).json.get("email") == user.email
    assert _sending(user, plain).get(ME).error == (401, "unauthorized")
    for twice in (f"{hers}; {his}", f"{his}; {hers}"):
        assert _sending(user, twice).get(ME).error == (401, "invalid_credential")


@probe(
    DEVELOPMENT,
    Cut(COOKIE, "if hmac.compare_digest(mac, _sign(signing_key, signed)):", "if True:"),
    Cut(IDENTITY, 'User.id == bindparam("user_id"),'),
    Cut(
        COOKIE,
        "return SessionToken(user_id, hashlib.sha256(token).hexdigest()), value",
        "return SessionToken(user_id, token.hex()), value",
    ),
    auth="session",
)
def changed_cookie_is_nobodys(site: Site) -> None:
    """No bit of it can be changed, what was never made here is no caller, and the database knows a hash."""
    user, other = site.user(), site.user()
    name, value = user.headers["Cookie"].split("=", 1)
    raw = bytearray(urlsafe_b64decode(value))
    assert value not in str(site.rows("SELECT * FROM login_sessions"))
    assert raw[:32].hex() not in str(site.rows("SELECT * FROM login_sessions"))
    for place in (0, 31, 32, 47, 48, 62):
        changed = bytes(byte ^ (number == place) for number, byte in enumerate(raw))
        answer = _sending(user, f"{name}={urlsafe_b64encode(changed).decode()}").get(ME)
        assert answer.error == (401, "invalid_credential")
        assert site.access_line(answer)["caller"].startswith("address:")
    whose = "user_id = (SELECT id FROM users WHERE email = ?)"
    site.write(f"UPDATE login_sessions SET {whose} WHERE {whose}", other.email, user.email)  # noqa: S608
    assert user.get(ME).error == (401, "invalid_credential")
