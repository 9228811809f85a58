"""Sites: a rendered project, running as a setup says, on one kind of database."""

from collections.abc import Callable, Iterator
from shutil import copytree

import pytest

from launching import Launcher
from rendering import Renderer
from running import Project
from variants import SERVERS, migrated_database
from wiring.ground import Ground
from wiring.site import Site

# So that a failed probe shows the values.
pytest.register_assert_rewrite("wiring.promises")

Grounds = Callable[[str, str, pytest.FixtureRequest], Ground]


@pytest.fixture(scope="session")
def grounds(launcher: Launcher, renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    """`grounds("postgresql", "jwt", request)` is the project for a kind of database and a style, made once."""
    made: dict[tuple[str, str], Ground] = {}

    def ground(database: str, auth: str, request: pytest.FixtureRequest) -> Ground:
        if (database, auth) not in made:
            server = request.getfixturevalue(SERVERS[database])
            room = tmp_path_factory.mktemp("wiring")
            # A copy: running it leaves compiled code behind.
            copy = copytree(renderer.render({"database": database, "auth": auth}), room / "project")
            project = Project(launcher, copy, room / "rooms")
            made[database, auth] = Ground(project, server, migrated_database(project, server))
        return made[database, auth]

    return ground


@pytest.fixture(scope="module")
def site(grounds: Grounds, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The project on a database, running as a setup says: the two are the fixture's parameter."""
    database, setup = request.param
    with grounds(database, setup.auth, request).site(setup) as site:
        yield site
