"""What the tests share. The folders of session fixtures are shared too: change a copy, never them."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from launching import Launcher
from rendering import Renderer, commit, copy_template

# The fixtures services, postgresql, mariadb and redis.
pytest_plugins = ("services", "variants")


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Copier and git behave as on a fresh machine, with a name to commit under."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "copier.yml").write_text("{}\n")
    (folder / "gitconfig").write_text("[user]\nname = Tester\nemail = tester@example.com\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(folder / "copier.yml"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.delenv("BACKSMITH_TEMPLATE", raising=False)
        for person in ("AUTHOR", "COMMITTER"):
            patch.delenv(f"GIT_{person}_NAME", raising=False)
            patch.delenv(f"GIT_{person}_EMAIL", raising=False)
        yield


@pytest.fixture(scope="session")
def template_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a plain folder."""
    return copy_template(tmp_path_factory.mktemp("template") / "backsmith")


@pytest.fixture(scope="session")
def template_repository(template_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a clean repository with a release, v0.1.0."""
    folder = copytree(template_copy, tmp_path_factory.mktemp("repository") / "backsmith")
    commit(folder, "First release", tag="v0.1.0")
    return folder


@pytest.fixture(scope="session")
def renderer(template_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """Renders any answers, fast, each once."""
    return Renderer(template_copy, tmp_path_factory.mktemp("rendered"))


@pytest.fixture(scope="session")
def rendered(renderer: Renderer) -> Path:
    """The project made of the default answers."""
    return renderer.render()


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """What starts the commands of rendered projects."""
    with Launcher() as launcher:
        yield launcher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to run a command in."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"
