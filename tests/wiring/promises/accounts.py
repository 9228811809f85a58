"""Accounts and logins: what a stranger learns, what a token is good for, and for how long."""

from uuid import UUID

from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, part

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
SERVICE = "app/accounts/service.py"
LOGINS = "app/accounts/logins.py"
SESSIONS = "app/auth/sessions.py"
CREDENTIALS = "app/auth/credentials.py"
CURRENT_USER = "app/auth/current_user.py"


@probe(
    DEVELOPMENT,
    Cut(
        SERVICE,
        'await send(session, Email(email, "already_registered", {"url": frontend_url}))',
        "raise Forbidden",
    ),
)
def registration_tells_nothing(site: Site) -> None:
    """The answer is the same whether or not the address has an account; the owner learns it by mail."""
    known = site.account()
    answers = [
        site.anybody.post(f"{AUTH}/register", {"email": email, "password": PASSWORD})
        for email in (known, known.upper(), f"not.{known}")
    ]
    assert {(answer.status, answer.body) for answer in answers} == {(202, answers[0].body)}
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    assert "already have an account" in part(site.mail(known), "plain")
    assert "already have an account" not in part(site.mail(f"not.{known}"), "plain")


@probe(
    DEVELOPMENT,
    Cut(
        SERVICE,
        "await send(session, link_mail(email, LinkPurpose.VERIFY_EMAIL, token, lifetime, frontend_url))",
        "pass",
    ),
    Cut(LOGINS, "if user.email_verified_at is None:", "if False:"),
    Cut(SERVICE, "user.email_verified_at = user.email_verified_at or utc_now()", "pass"),
    Cut(
        "app/accounts/links.py",
        "removed = await session.execute(delete(OneTimeLink).where(*wanted))",
        "removed: Any = type('', (), {'rowcount': 1})",
    ),
    Cut(
        "app/worker.py",
        "*(self._repeat(self.delivery.deliver_due, POLL_SECONDS) for _ in range(MAILS_AT_ONCE)),",
    ),
    Cut(
        "app/lifespan.py", "asyncio.create_task(worker.run()) if settings.worker_in_process else None", "None"
    ),
    Cut(
        "app/email/providers/console.py",
        "await asyncio.to_thread(self.mailbox.put, str(email.id), message)",
        "pass",
    ),
    Cut("app/email/providers/console.py", "sys.stdout.write(", "str("),
)
def address_is_confirmed_by_mail(site: Site) -> None:
    """No login before the token from the mail is brought back; it is good once, and kept as a hash."""
    account = {"email": "new.person@example.com", "password": PASSWORD}
    assert site.anybody.post(f"{AUTH}/register", {**account, "name": "New"}).status == 202
    assert site.anybody.post(f"{AUTH}/login", account).error == (403, "email_not_verified")
    mail = site.mail("new.person@example.com")
    token = site.token("new.person@example.com", str(mail["Subject"]))
    assert token in part(mail, "html")
    assert token in site.server.output, "printed, too"
    assert not site.rows("SELECT 1 FROM one_time_links WHERE token_hash = ?", token)
    assert token not in str(site.rows("SELECT * FROM email_messages"))
    assert site.anybody.post(f"{AUTH}/verify-email", {"token": token}).status == 204
    assert site.anybody.post(f"{AUTH}/verify-email", {"token": token}).error == (400, "invalid_link")
    assert site.anybody.post(f"{AUTH}/login", account).status == 200


@probe(
    DEVELOPMENT,
    Cut(
        LOGINS,
        "right = await verify_password(login.password, user.password_hash if user else None)",
        "right = True",
    ),
    Cut(LOGINS, "or user.disabled_at is not None"),
    Cut("app/accounts/passwords.py", "memory_cost=19 * 1024", "memory_cost=1024"),
)
def login_needs_the_password(site: Site) -> None:
    """Unknown address, wrong password and closed account look alike; a password is kept as Argon2id."""
    site.anybody.post(f"{AUTH}/register", {"email": "hashed@example.com", "password": PASSWORD})
    ((stored,),) = site.rows("SELECT password_hash FROM users WHERE email = 'hashed@example.com'")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    known, closed = site.account(), site.account()
    site.write("UPDATE users SET disabled_at = created_at WHERE email = ?", closed)
    attempts = ((known, "wrong"), ("nobody@example.com", PASSWORD), (closed, PASSWORD))
    answers = [
        site.anybody.post(f"{AUTH}/login", {"email": email, "password": word}) for email, word in attempts
    ]
    assert {answer.error for answer in answers} == {(401, "invalid_login")}
    assert len({answer.json["detail"] for answer in answers}) == 1
    assert site.anybody.post(f"{AUTH}/login", {"email": known, "password": PASSWORD}).status == 200


@probe(
    DEVELOPMENT,
    Cut("app/users/deletion.py", "await repository.delete(session, user)", "pass"),
    Cut("app/db/engine.py", 'cursor.execute("PRAGMA foreign_keys = ON")', "pass"),
)
def deleted_account_is_gone(site: Site) -> None:
    """With everything in it, at once, and its address can be registered anew."""
    user = site.user()
    user.invoice()
    identifier = UUID(user.get(ME).json["id"])
    assert user.post(f"{ME}/deletion", {"current_password": PASSWORD}).status == 204
    assert user.get(ME).status == 401
    assert site.anybody.post(f"{AUTH}/login", {"email": user.email, "password": PASSWORD}).status == 401
    for table, column in (("users", "id"), ("invoices", "owner_id"), ("login_sessions", "user_id")):
        assert site.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", identifier) == [], table  # noqa: S608 - constants


@probe(
    DEVELOPMENT,
    Cut("app/cli/administrators.py", "email_verified_at=utc_now()", "email_verified_at=None"),
    Cut("app/cli/administrators.py", "role=Role.ADMIN, "),
)
def administrator_is_made_on_the_command_line(site: Site) -> None:
    """`api user create-admin` makes an account that can log in at once, once."""
    words = ("user", "create-admin", "admin@example.com", "--password-stdin")
    made = [site.project.run(*words, settings=site.settings, typed=f"{PASSWORD}\n") for _ in range(2)]
    assert [command.code for command in made] == [0, 1]
    assert site.log_in("admin@example.com").get(ME).json["role"] == "admin"
