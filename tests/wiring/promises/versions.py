"""ETag and If-Match: nobody overwrites what they have not seen."""

from concurrent.futures import ThreadPoolExecutor

from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import PASSWORD, Site

INVOICES = "/api/v1/invoices"
CHECK = "if_match.check(user)"
USERS = "app/users/endpoints.py"


@probe(
    DEVELOPMENT,
    Cut("app/features/invoices/service.py", "if_match.check(invoice)", "pass"),
    Cut(USERS, f"{CHECK}\n    for", "for"),
    Cut("app/accounts/deletion_endpoints.py", CHECK, "pass"),
)
def stale_if_match_is_refused(site: Site) -> None:
    """Nobody overwrites what they have not seen: 412, with the tag of what is there now."""
    user = site.user()
    there, me = f"{INVOICES}/{user.invoice().json['id']}", "/api/v1/users/me"
    for answer in (
        user.patch(there, {"amount_cents": 7}, If_Match='"9"'),
        user.delete(there, If_Match='"9"'),
        user.post(f"{there}/send", If_Match='"9"'),
        user.patch(me, {"name": "Ada"}, If_Match='W/"1"'),
        user.post(f"{me}/deletion", {"current_password": PASSWORD}, If_Match='"9"'),
    ):
        assert answer.error == (412, "precondition_failed")
        assert answer.header("ETag") == '"1"'
    for answer in (
        user.patch(there, {"amount_cents": 7}, If_Match='"1"'),
        user.patch(me, {"name": "Ada"}, If_Match="*"),
    ):
        assert (answer.status, answer.header("ETag")) == (200, '"2"')


@probe(DEVELOPMENT, Cut("app/db/base.py", 'return {"version_id_col": cls.version}', "return {}"))
def of_two_changes_one_is_lost_openly(site: Site) -> None:
    """Two clients change what both have read: one succeeds, the other learns that it came second."""
    user = site.user()
    there = f"{INVOICES}/{user.invoice().json['id']}"

    def change(cents: int) -> int:
        return user.patch(there, {"amount_cents": cents}, If_Match='"1"').status

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(change, range(1, 5))) == [200, 412, 412, 412]
