"""The source code of the service, for rules about what must not be written."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import app
from app.db.migrations import ROOT


def modules() -> list[ModuleType]:
    """Every module of the service, imported."""
    return [import_module(module.name) for module in walk_packages(app.__path__, "app.")]


def sources() -> dict[str, ast.Module]:
    """Every file of the service, parsed, by its path."""
    files = sorted((ROOT / "app").rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): _parsed(file) for file in files}


def uses(tree: ast.AST, name: str) -> Iterator[int]:
    """The lines where a function or method of this name is called or handed over."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == name:
            yield node.lineno
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node.lineno


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))
