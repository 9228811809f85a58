"""Service accounts: opened and given keys by administrators, who give nothing they have not."""

from itertools import count
from typing import Any

from wiring.client import Answer, Client
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site

ME = "/api/v1/users/me"
USERS = "/api/v1/users"
SERVICES = "/api/v1/service-accounts"
ENDPOINTS = "app/auth/service_accounts/endpoints.py"
SERVICE = "app/auth/service_accounts/service.py"
KEYS = "app/auth/api_keys/service.py"
MANAGE = ("service_accounts:read", "service_accounts:write")
_numbers = count(1)


def _name() -> str:
    return f"program-{next(_numbers)}"


def _operator(site: Site) -> Client:
    """An administrator, made by the command line."""
    words = ("user", "create-service", _name(), "--admin", "--every-scope")
    command = site.project.run(*words, settings=site.settings)
    assert command.code == 0, command.errors
    return _program(site, command.output.strip())


def _program(site: Site, key: str) -> Client:
    return site.anybody.having(Authorization=f"Bearer {key}")


def _open(operator: Client, **fields: object) -> str:
    made = operator.post(SERVICES, {"name": _name(), **fields})
    assert made.status == 201, made.text
    return f"{SERVICES}/{made.json['id']}"


def _make(operator: Client, path: str, *scopes: str) -> Answer:
    return operator.post(f"{path}/api-keys", {"name": "key", "scopes": list(scopes)})


def _key(operator: Client, path: str, *scopes: str) -> dict[str, Any]:
    answer = _make(operator, path, *scopes)
    assert answer.status == 201, answer.text
    return dict(answer.json)


@probe(
    DEVELOPMENT,
    Cut("app/cli/services.py", "permissions_of(role) if every_scope else", "[] if every_scope else"),
    Cut(SERVICE, "is_service=True", "is_service=False"),
    Cut("app/users/administration.py", "await delete_keys(self.session, user.id)", "pass"),
    Cut("app/users/repository.py", "is_not(None), User.is_service)", "is_not(None))"),
)
def service_account_lives_by_its_keys(site: Site) -> None:
    """Made by the first one, which the command line prints; disabled, its keys are dead for good."""
    operator = _operator(site)
    path = _open(operator)
    program = _program(site, _key(operator, path, "account:read", "invoices:read")["key"])
    assert program.get(ME).json["email"].endswith("@services.invalid")
    assert program.get("/api/v1/invoices").status == 200
    account = path.replace(SERVICES, USERS)
    assert operator.patch(account, {"disabled": True}).status == 200
    assert program.get(ME).error == (401, "invalid_credential")
    assert operator.patch(account, {"disabled": False}).status == 200
    assert program.get(ME).error == (401, "invalid_credential")


@probe(
    DEVELOPMENT,
    Cut(KEYS, "scopes_of(self.owner) & scopes_of(self.actor or self.owner)", "scopes_of(self.owner)"),
    Cut(KEYS, "scopes_of(self.owner) & scopes_of(self.actor", "scopes_of(self.actor"),
    Cut(
        ENDPOINTS,
        "@require(WRITE_SERVICES)\n@never_stored\nasync def create_service_key",
        "@never_stored\nasync def create_service_key",
    ),
    Cut(SERVICE, "if not user.is_service:", "if False:"),
)
def nobody_gives_a_program_more_than_they_have(site: Site) -> None:
    """No scope of somebody else, by making a key or by rotating one; and no key to act as a person."""
    operator, person = _operator(site), site.user()
    path = _open(operator, role="admin")
    powerful = _key(operator, path, "users:write")
    manager = _program(site, _key(operator, path, *MANAGE)["key"])
    assert _make(manager, path, "users:write").error == (422, "scope_not_granted")
    rotation = f"{path}/api-keys/{powerful['id']}/rotation"
    assert manager.post(rotation, {}).error == (422, "scope_not_granted")
    assert _make(operator, _open(operator), "users:write").error == (422, "scope_not_granted")
    assert _make(_program(site, powerful["key"]), path, "users:write").error == (403, "permission_denied")
    of_person = f"{SERVICES}/{person.get(ME).json['id']}"
    assert _make(operator, of_person, "account:read").error == (404, "not_found")
