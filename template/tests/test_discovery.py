"""Finding the parts of each feature."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.features
from app import discovery

FEATURE = {
    "__init__.py": "",
    "endpoints.py": "from app.http import Router\nrouter = Router(prefix='/paints')\n",
    "models.py": "",
    "settings.py": "from app.settings import EnvSettings\nclass Paint(EnvSettings):\n    colour: str = ''\n",
    "emails/mixed.txt": "",
}


@pytest.fixture
def features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of features with `paints` in it, and with one that has nothing yet."""
    for name, text in FEATURE.items():
        file = tmp_path / "paints" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "blank").mkdir()
    (tmp_path / "blank" / "__init__.py").touch()
    monkeypatch.setattr(app.features, "__path__", [str(tmp_path)])
    yield tmp_path
    for name in [*sys.modules]:
        if name.startswith(("app.features.paints", "app.features.blank")):
            del sys.modules[name]


def test_every_part_of_a_feature_is_found(features: Path) -> None:
    """By its name, without a list."""
    discovery.import_models()

    assert ["blank", "paints"] == discovery.features()
    assert ["/paints"] == [router.prefix for router in discovery.routers()]
    assert "app.features.paints.models" in sys.modules
    assert "COLOUR" in discovery.known_settings()
    assert features / "paints" / "emails" == discovery.email_folders()["paints"]


def test_endpoints_without_a_router_are_told_what_is_missing(features: Path) -> None:
    """Nothing would serve them."""
    (features / "paints" / "endpoints.py").write_text("")

    with pytest.raises(TypeError, match=r"app\.features\.paints\.endpoints needs a `router = Router"):
        list(discovery.routers())


def test_a_feature_that_breaks_is_not_passed_over(features: Path) -> None:
    """An error in it is an error, not a feature less."""
    (features / "paints" / "endpoints.py").write_text("import nowhere_to_be_found")

    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        list(discovery.routers())


def test_a_name_in_env_that_nothing_reads_is_told(tmp_path: Path) -> None:
    """Most likely a typing error, so with the name that is near."""
    file = tmp_path / ".env"
    file.write_text("LOG_LEVLE=DEBUG\nlog_json=true\nQQQ=1\n")

    assert [
        "LOG_LEVLE: nothing reads this setting; did you mean LOG_LEVEL?",
        "QQQ: nothing reads this setting",
    ] == discovery.unknown_settings(file)


def test_without_an_env_file_nothing_is_unknown(tmp_path: Path) -> None:
    """As in production."""
    assert [] == discovery.unknown_settings(tmp_path / ".env")
