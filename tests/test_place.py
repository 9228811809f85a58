"""Moving a finished project into a folder that is there already."""

from pathlib import Path

import pytest

from backsmith.place import move


def test_what_was_moved_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption between two entries leaves the folder as empty as it was."""
    project, target = tmp_path / "project", tmp_path / "target"
    target.mkdir()
    for name in ("a/file", "b", "c"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    rename = Path.rename

    def interrupted(path: Path, to: Path) -> Path:
        if path.name == "c":
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        move(project, target)
    assert [] == list(target.iterdir())
