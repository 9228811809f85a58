"""Each promise is broken when its wire is cut: no probe passes whatever the project does."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from variants import SERVERS, migrated_database
from wiring.conftest import Grounds
from wiring.cuts import Cut
from wiring.probes import Probe
from wiring.promises import PROBES

# A wire that is the same for all databases is cut on the first one.
CUTS = [
    pytest.param(probe, cut, id=f"{probe.name}-{number}")
    for database in SERVERS
    for probe in PROBES
    for number, cut in enumerate(probe.cuts, 1)
    if cut.on == database
]


@pytest.mark.parametrize(("probe", "cut"), CUTS)
def test_cut_wire_breaks_the_promise(
    grounds: Grounds, request: pytest.FixtureRequest, tmp_path: Path, probe: Probe, cut: Cut
) -> None:
    """The cut project still starts, and the probe fails."""
    ground = grounds(cut.on, probe.setup.auth, request)
    project = replace(
        ground.project, path=cut.copy(ground.project.path, tmp_path / "project"), room=tmp_path / "rooms"
    )
    ground = replace(ground, project=project)
    if cut.migrates:
        ground = replace(ground, migrated=migrated_database(project, ground.server))
    with ground.site(probe.setup, patience=3.0) as site:
        with pytest.raises(AssertionError):
            probe.look(site)
        if site.running:
            site.running.kill()


def test_every_probe_has_a_cut_where_it_looks() -> None:
    """A probe that no cut breaks proves nothing, nor does a cut where the probe does not look."""
    assert [probe.name for probe in PROBES if not probe.cuts] == []
    assert [probe.name for probe in PROBES for cut in probe.cuts if cut.on in probe.exempt] == []


def test_every_probe_has_a_name_of_its_own() -> None:
    """The name tells which promise is broken."""
    assert [name for name, count in Counter(probe.name for probe in PROBES).items() if count > 1] == []
