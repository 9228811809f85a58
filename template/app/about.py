"""What this service is called, as answered when the project was generated."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_about: dict[str, str] = json.loads(Path(__file__).with_name("about.json").read_text(encoding="utf-8"))

TITLE = _about["title"]
NAME = _about["name"]
DESCRIPTION = _about["description"]

try:
    VERSION = version(NAME)
except PackageNotFoundError:  # run from a folder that was never installed
    VERSION = "0"
