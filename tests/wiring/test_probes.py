"""Each promise is kept by the project as it is rendered, on each database."""

import pytest

from variants import SERVERS
from wiring.probes import Probe
from wiring.promises import PROBES
from wiring.site import Site

# Together by setup, and with the scope of the fixture: so one server serves all probes of a setup. Pytest
# brings together what has the same parameter; a probe alone would be the same on each database.
IN_ORDER = sorted(PROBES, key=lambda probe: probe.setup.name)
CASES = [
    pytest.param(
        (database, probe.setup),
        (database, probe),
        id=f"{database}-{probe.name}",
        marks=[pytest.mark.skip(probe.exempt[database])] if database in probe.exempt else [],
    )
    for database in SERVERS
    for probe in IN_ORDER
]


@pytest.mark.parametrize(("site", "case"), CASES, indirect=["site"], scope="module")
def test_promise_is_kept(site: Site, case: tuple[str, Probe]) -> None:
    """What the docstring of the probe says."""
    _, probe = case
    probe.look(site)
