"""Each promise is kept by the project as it is rendered."""

import pytest

from wiring.probes import Probe
from wiring.promises import PROBES
from wiring.site import Site

# Together by setup, and with the scope of the fixture: so one server serves all probes of a setup.
IN_ORDER = sorted(PROBES, key=lambda probe: probe.setup.name)
CASES = [pytest.param(probe.setup, probe, id=probe.name) for probe in IN_ORDER]


@pytest.mark.parametrize(("site", "probe"), CASES, indirect=["site"], scope="module")
def test_promise_is_kept(site: Site, probe: Probe) -> None:
    """What the docstring of the probe says."""
    probe.look(site)
