"""The audit trail only grows: nobody but its own package can name a row, and that one only adds."""

import ast
from collections.abc import Iterable, Iterator, Mapping

import pytest

from app.audit.models import AuditEvent
from tests.rules.operations import refuse
from tests.rules.sources import sources, uses

# Removes what is older than the retention; the condition stands beside the others.
RETENTION = "app/housekeeping.py"
CHANGES = ("update", "delete", "merge", "execute", "text", "insert_if_absent")


def reaches_for_rows(files: Mapping[str, ast.Module]) -> Iterator[str]:
    """Whoever holds the model or the table's name could change or remove what was written down."""
    for path, tree in files.items():
        if not path.startswith("app/audit/") and path != RETENTION:
            for line in _names(tree):
                yield f"{path}:{line}: reaches for the rows of the audit trail; use `record` of app.audit"


def rewrites(files: Mapping[str, ast.Module]) -> Iterator[str]:
    """The package itself adds rows and reads them."""
    for path, tree in files.items():
        if path.startswith("app/audit/"):
            for line in (line for name in CHANGES for line in uses(tree, name)):
                yield f"{path}:{line}: the audit trail is added to and read, nothing else"


def _names(tree: ast.Module) -> Iterator[int]:
    """The lines that name the model, also as an import or a string, or the table."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named: Iterable[str] = (node.value,)
        else:
            named = (getattr(node, field, None) or "" for field in ("id", "attr", "name", "module"))
        # A sentence may speak of the trail; what holds the table's name, such as SQL, may not.
        if any(AuditEvent.__name__ in name.split(".") or AuditEvent.__tablename__ in name for name in named):
            yield getattr(node, "lineno", 0)


def test_nobody_reaches_for_the_rows() -> None:
    files = sources()
    assert list(_names(files[RETENTION]))
    refuse(reaches_for_rows(files))


def test_the_trail_itself_only_adds() -> None:
    files = sources()
    assert list(uses(files["app/audit/trail.py"], "add"))
    refuse(rewrites(files))


@pytest.mark.parametrize(
    "code",
    [
        "from app.audit.models import AuditEvent",
        "from app.audit import models\nmodels.AuditEvent",
        "import app.audit.models as m\nevent = m.AuditEvent()",
        "text('DELETE FROM audit_events')",
        "Base.metadata.tables['audit_events']",
    ],
)
def test_a_reach_for_the_rows_is_seen(code: str) -> None:
    [offender] = reaches_for_rows({"app/features/bills/service.py": ast.parse(code)})
    assert offender.startswith("app/features/bills/service.py:")
    assert "use `record` of app.audit" in offender


def test_a_rewriting_of_the_trail_is_seen() -> None:
    tree = ast.parse("async def forget(session):\n    await session.delete(event)")

    [offender] = rewrites({"app/audit/trail.py": tree})
    assert offender.startswith("app/audit/trail.py:2: ")
