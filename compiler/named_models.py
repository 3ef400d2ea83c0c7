"""Models by name, for the commands that need only shapes.

A name comes from a provider behind the entry-point group `aiec.models`, an object with::

    names() -> tuple[str, ...]
    build(name, part) -> (module, example inputs)
    found() -> tuple[str, ...]    # may be missing: models that lie on this machine, for `doctor`

or is `package.module:function`, a function that returns (module, example inputs). Both are called
where tensors are fake (`capture.capture_shapes`), so neither should read weights.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from aiec.ir.errors import ModelError, OptionError, nearest

if TYPE_CHECKING:  # that module imports torch, and `aiec doctor` reads only the names
    from aiec.capture import BuildModel

MODEL_GROUP = "aiec.models"


class Provider(Protocol):
    """Models that a package offers by name."""

    def names(self) -> tuple[str, ...]:
        """Every name that `build` takes."""
        ...

    def build(self, name: str, part: str) -> tuple[Any, tuple[Any, ...]]:
        """The named model's module and example inputs; `OptionError` for an unknown part."""
        ...


def named_model(name: str, part: str) -> BuildModel:
    """Return what builds the model called `name`.

    Raises:
        OptionError: no provider has the name.
        ModelError: `package.module:function` cannot be imported.
    """
    if ":" in name:
        return _imported(name)
    providers = [entry.load() for entry in entry_points(group=MODEL_GROUP)]
    for provider in providers:
        if name in provider.names():
            return lambda: provider.build(name, part)
    known = [known for provider in providers for known in provider.names()]
    raise OptionError(f"unknown model {name!r}", expected=nearest(name, known))


def _imported(name: str) -> Callable[[], Any]:
    module, _, function = name.partition(":")
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"model {name!r} cannot be imported: {error}",
            expected="package.module:function that returns (module, example inputs)",
        ) from error
