"""Reader of Lightning checkpoints: their tensors and settings, and none of their code.

Such files are pickles that name classes of the program that trained the model. Loading them plainly
would run whatever they name, so here only tensors and plain containers become what they are. An
object of any other class becomes an `Unknown`, which keeps what it was made from and does nothing.

Where it stands: before the modules that know a network (`pyannet.py`). Refuses damaged files.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from aiec.ir.errors import ModelError

# What plain tensors need. Source: `torch._weights_only_unpickler`, of which this is the part for
# dense tensors on the CPU. Storages are looked up by torch itself.
KNOWN = {
    ("collections", "OrderedDict"),
    ("torch", "Size"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_tensor_v2"),
}
LIGHTNING = "a Lightning checkpoint"


class Unknown:
    """An object of a class that is not let in.

    Attributes:
        arguments: what the class was called with (an enumeration's value, for one).
        state: the object's attributes by name, where it had any.
    """

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {}

    def append(self, _item: Any) -> None:
        """Take an item of a foreign list, and drop it."""

    def extend(self, _items: Any) -> None:
        """Take items of a foreign list, and drop them."""

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Take an entry of a foreign mapping, and drop it."""


class Unpickler(pickle.Unpickler):
    """An unpickler that knows `KNOWN`; every other class or function is an `Unknown`."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """What the pickle gets when it names something to import."""
        if (module_name, global_name) in KNOWN:
            return super().find_class(module_name, global_name)
        return type(global_name, (Unknown,), {"__module__": module_name})


def read_lightning(path: Path) -> dict[str, Any]:
    """The checkpoint in `path`: `state_dict`, `hyper_parameters` and whatever else was saved.

    Raises:
        ModelError: the file is missing or damaged, or holds no `state_dict`.
    """
    try:
        # torch takes any object with an `Unpickler` and a `load` for the pickle module.
        content = torch.load(path, map_location="cpu", weights_only=False, pickle_module=_Module())
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    except (RuntimeError, EOFError, ValueError, pickle.UnpicklingError):
        what = f"{path} is damaged: torch cannot read it as a checkpoint"
        raise ModelError(what, expected=LIGHTNING, todo="get the file again") from None
    if not isinstance(content, dict) or not isinstance(content.get("state_dict"), dict):
        raise ModelError(f"{path} has no state_dict", expected=LIGHTNING)
    return content


class _Module:
    """What `torch.load` wants of a pickle module."""

    __name__ = "aiec.speech.lightning"
    Unpickler = Unpickler

    @staticmethod
    def load(file: Any, **options: Any) -> Any:
        """Read one pickle (old files have several in a row)."""
        return Unpickler(file, **options).load()
