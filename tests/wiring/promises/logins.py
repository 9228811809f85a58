"""Logins: how long one is good, and what ends it, in every style of authentication."""

from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
PRINCIPAL = "app/auth/principal.py"
COOKIE = "app/auth/cookies/identity.py"
PASSWORDS = "app/accounts/password_endpoints.py"
NEW = {"current_password": PASSWORD, "new_password": f"{PASSWORD}, the next"}


@probe(
    DEVELOPMENT,
    Cut(PRINCIPAL, "LoginSession.revoked_at.is_(None),"),
    Cut(COOKIE, "LoginSession.revoked_at.is_(None),", on="session"),
    Cut(COOKIE, 'LoginSession.token_hash == bindparam("token_hash"),', on="session"),
    Cut(
        "app/auth/session_endpoints.py",
        "    await end_login(session, current.session_id, user_id=current.id)\n",
        "    pass\n",
    ),
)
def logout_ends_a_login_at_once(site: Site) -> None:
    """What it gave is worthless, however long it would have been good; another login goes on."""
    user = site.user()
    other = site.log_in(user.email)
    assert user.post(f"{AUTH}/logout").status == 204
    assert user.get(ME).error == (401, "invalid_credential")
    assert other.get(ME).status == 200


@probe(
    DEVELOPMENT,
    Cut(PRINCIPAL, "User.disabled_at.is_(None),"),
    Cut(PRINCIPAL, 'LoginSession.expires_at > bindparam("now"),'),
    Cut(COOKIE, "User.disabled_at.is_(None),", on="session"),
    Cut(COOKIE, 'LoginSession.expires_at > bindparam("now"),', on="session"),
)
def access_ends_with_the_account_and_the_login(site: Site) -> None:
    """A closed account and an old login are out, however valid what they show."""
    closed, old = site.user(), site.user()
    for user, statement in (
        (closed, "UPDATE users SET disabled_at = created_at WHERE email = ?"),
        (
            old,
            "UPDATE login_sessions SET expires_at = created_at "
            "WHERE user_id = (SELECT id FROM users WHERE email = ?)",
        ),
    ):
        assert user.get(ME).status == 200
        site.write(statement, user.email)
        assert user.get(ME).error == (401, "invalid_credential")


@probe(
    DEVELOPMENT,
    Cut("app/accounts/password_changes.py", "    await end_logins(session, user.id)\n"),
    Cut(PASSWORDS, "return await issue(request, response, session, user.id)", "return {}"),
    Cut("app/accounts/password_changes.py", "revoked = await delete_keys(session, user.id)", "revoked = 0"),
)
def new_password_ends_what_the_old_one_opened(site: Site) -> None:
    """Every login, also that of whoever changes it and gets a new one; a reset by mail ends API keys, too."""
    user = site.user()
    other = site.log_in(user.email)
    answer = user.post(f"{AUTH}/password", NEW)
    assert answer.status == 200, answer.text
    assert [each.get(ME).status for each in (user, other)] == [401, 401]
    newer = site.shown(user, answer)
    assert newer.get(ME).status == 200

    key = newer.post("/api/v1/api-keys", {"name": "export", "scopes": ["account:read"]}).json["key"]
    program = site.anybody.having(Authorization=f"Bearer {key}")
    assert program.get(ME).status == 200
    assert site.anybody.post(f"{AUTH}/forgot-password", {"email": user.email}).status == 202
    reset = {"token": site.token(user.email, "Set a new password"), "password": f"{PASSWORD}, the last"}
    assert site.anybody.post(f"{AUTH}/reset-password", reset).status == 204
    assert [each.get(ME).status for each in (newer, program)] == [401, 401]
