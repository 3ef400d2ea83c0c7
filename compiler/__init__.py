"""aiec: a PyTorch 2 graph compiler for AMD's NPU.

The public face is `torch.compile(model, backend="aie")` (`aiec.backend`) and the command `aiec`
(`aiec.cli`); neither needs this module to be imported first, so it stays empty and fast.
"""

from importlib.metadata import version

__version__ = version("aiec")
