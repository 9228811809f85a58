"""The promises, one module for each part of the generated project. Importing this enters all of them."""

from importlib import import_module
from pkgutil import iter_modules

from wiring.probes import PROBES

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["PROBES"]
