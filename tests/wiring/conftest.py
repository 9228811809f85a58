"""Sites: a rendered project, running as a setup says, on one of the grounds."""

from collections.abc import Callable, Iterator
from shutil import copytree

import pytest

from launching import Launcher
from rendering import Renderer
from running import Project
from styles import style_of
from variants import GROUNDS, migrated_database, server_for
from wiring.ground import Ground
from wiring.site import Site

# So that a failed probe shows the values.
pytest.register_assert_rewrite("wiring.promises")

Grounds = Callable[[str, pytest.FixtureRequest], Ground]


@pytest.fixture(scope="session")
def grounds(launcher: Launcher, renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    """`grounds("postgresql", request)` is the project with the answers of a ground, made once."""
    made: dict[str, Ground] = {}

    def ground(name: str, request: pytest.FixtureRequest) -> Ground:
        if name not in made:
            answers = GROUNDS[name]
            server = server_for(answers, request)
            room = tmp_path_factory.mktemp("wiring")
            # A copy: running it leaves compiled code behind.
            copy = copytree(renderer.render(answers), room / "project")
            project = Project(launcher, copy, room / "rooms")
            migrated = migrated_database(project, server)
            made[name] = Ground(project, server, migrated, style_of(answers))
        return made[name]

    return ground


@pytest.fixture(scope="module")
def site(grounds: Grounds, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The project of a ground, running as a setup says: the two are the fixture's parameter."""
    ground, setup = request.param
    with grounds(ground, request).site(setup) as site:
        yield site
