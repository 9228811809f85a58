"""A cut severs one wire of a rendered project: one piece of one file becomes another."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cut:
    """The text that is the wire, in one file, and what stands there once it is cut."""

    file: str
    wire: str
    instead: str = ""
    on: str = ""  # the ground whose project has this wire: the first one where the probe looks
    migrates: bool = False  # the database is not the same without it

    def apply(self, project: Path) -> None:
        """Cut. Raises AssertionError when the wire is not there exactly once."""
        file = project / self.file
        text = file.read_text("utf-8")
        assert text.count(self.wire) == 1, f"{self.file} holds {text.count(self.wire)} times: {self.wire}"
        file.unlink()  # it may be one file with the original
        file.write_text(text.replace(self.wire, self.instead), "utf-8")
        # Compiled code is told from its source by size and time, and a cut may change neither.
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()

    def copy(self, project: Path, target: Path) -> Path:
        """A copy of a project, without its tests, cut."""
        shutil.copytree(project, target, copy_function=os.link, ignore=shutil.ignore_patterns("tests"))
        self.apply(target)
        return target
