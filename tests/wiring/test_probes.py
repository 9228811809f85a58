"""Each promise is kept by the project as it is rendered, on each ground."""

import pytest

from variants import GROUNDS
from wiring.probes import Probe
from wiring.promises import PROBES
from wiring.site import Site

# Together by setup, and with the scope of the fixture: so one server serves all probes of a setup. Pytest
# brings together what has the same parameter; a probe alone would be the same on each ground.
IN_ORDER = sorted(PROBES, key=lambda probe: probe.setup.name)
CASES = [
    pytest.param(
        (ground, probe.setup),
        (ground, probe),
        id=f"{ground}-{probe.name}",
        marks=[pytest.mark.skip(why)] if (why := probe.exemption(ground)) else [],
    )
    for ground in GROUNDS
    for probe in IN_ORDER
    if ground in probe.grounds
]


@pytest.mark.parametrize(("site", "case"), CASES, indirect=["site"], scope="module")
def test_promise_is_kept(site: Site, case: tuple[str, Probe]) -> None:
    """What the docstring of the probe says."""
    _, probe = case
    probe.look(site)
