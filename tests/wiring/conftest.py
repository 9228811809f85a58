"""Sites: a rendered project, running as a setup says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from launching import PATIENCE, Launcher
from running import Project, copy_database, settings_for
from wiring.probes import Setup
from wiring.site import Site


@pytest.fixture(scope="session")
def project(launcher: Launcher, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default project."""
    room = tmp_path_factory.mktemp("wiring")
    # A copy: running it leaves compiled code behind.
    return Project(launcher, copytree(rendered, room / "project"), room / "rooms")


@pytest.fixture(scope="session")
def migrated(project: Project) -> Path:
    """Its database, empty."""
    return project.migrated_database()


@pytest.fixture(scope="module")
def site(project: Project, migrated: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The default project, running as the setup says that is the fixture's parameter."""
    with site_of(project, migrated, request.param) as site:
        yield site


@contextmanager
def site_of(project: Project, migrated: Path, setup: Setup, patience: float = PATIENCE) -> Iterator[Site]:
    """A project, running as a setup says, on its own copy of the migrated database."""
    room = project.new_room()
    database = copy_database(migrated, room / "app.db")
    settings = {**settings_for(database), "MAILBOX_DIR": str(room / "mailbox"), **setup.settings}
    site = Site(project, database, settings, patience)
    if not setup.serves:
        yield site
        return
    with project.serve(settings=settings) as server:
        yield Site(project, database, settings, patience, server)
