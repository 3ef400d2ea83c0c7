"""Let two threads look the backend up for the first time at once.

PyTorch loads a plug-in backend at its first look-up and registers it then. Of two look-ups at once
the second finds the name taken, and fails. Both have imported `backend.py` by that time, which
calls this.
"""

from __future__ import annotations

from typing import Any

from torch._dynamo.backends import registry

NAME = "aie"


class _Registered(dict[str, Any]):
    """The registry's names to backends; registering "aie" again is no error, and does nothing."""

    def __contains__(self, name: object) -> bool:
        return name != NAME and super().__contains__(name)


def allow_registering_twice() -> None:
    """Make PyTorch's registry take our name any number of times."""
    if not isinstance(registry._COMPILER_FNS, _Registered):
        registry._COMPILER_FNS = _Registered(registry._COMPILER_FNS)
