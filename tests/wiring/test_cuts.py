"""Each promise is broken when its wire is cut: no probe passes whatever the project does."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from running import Project
from wiring.conftest import site_of
from wiring.cuts import Cut
from wiring.probes import Probe
from wiring.promises import PROBES

CUTS = [(probe, cut) for probe in PROBES for cut in probe.cuts]
NAMES = [f"{probe.name}-{number}" for probe in PROBES for number, _ in enumerate(probe.cuts, 1)]


@pytest.mark.parametrize(("probe", "cut"), CUTS, ids=NAMES)
def test_cut_wire_breaks_the_promise(
    project: Project, migrated: Path, tmp_path: Path, probe: Probe, cut: Cut
) -> None:
    """The cut project still starts, and the probe fails."""
    cut_project = replace(project, path=cut.copy(project.path, tmp_path / "project"), room=tmp_path / "rooms")
    with site_of(cut_project, migrated, probe.setup, patience=3.0) as site:
        with pytest.raises(AssertionError):
            probe.look(site)
        if site.running:
            site.running.kill()


def test_every_probe_has_a_cut() -> None:
    """A probe that no cut breaks proves nothing."""
    assert [probe.name for probe in PROBES if not probe.cuts] == []


def test_every_probe_has_a_name_of_its_own() -> None:
    """The name tells which promise is broken."""
    assert [name for name, count in Counter(probe.name for probe in PROBES).items() if count > 1] == []
