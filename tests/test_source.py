"""Where the command finds its template."""

from pathlib import Path

import pytest

from backsmith import source
from backsmith.errors import Refused
from rendering import ROOT


def test_a_checkout_is_its_own_template() -> None:
    """What is checked out, not the newest release."""
    assert source.Source(str(ROOT), "HEAD", ROOT / "copier.yml") == source.find()


def test_an_installed_package_has_its_own_menu(tmp_path: Path) -> None:
    """Beside its code, where the build put it: there is no checkout around it."""
    assert tmp_path / "package" == source.home(tmp_path / "package", tmp_path / "elsewhere")


def test_an_installed_package_takes_its_own_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From the repository that its metadata names; without one it says so."""
    monkeypatch.setattr(source, "home", lambda: tmp_path)
    with pytest.raises(Refused, match="name it with --template"):
        source.find()
    monkeypatch.setattr(source, "_published", lambda: "https://example.com/backsmith.git")
    found = source.find()
    assert ("https://example.com/backsmith.git", "v0.1.0") == (found.location, found.revision)
    assert tmp_path / "copier.yml" == found.menu


@pytest.mark.parametrize("address", ["https://example.com/b.git", "gh:acme/b", "git@example.com:b.git"])
def test_a_repository_can_be_named(address: str) -> None:
    """At our own release, whose questions we know."""
    assert source.Source(address, "v0.1.0", ROOT / "copier.yml") == source.find(address)
