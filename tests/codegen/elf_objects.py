"""Objects with frames and calls as asked for, assembled for this host: what Peano would write."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiec.kernels.host_compiler import find_compiler

Functions = Mapping[str, tuple[int, Sequence[str]]]  # frame in bytes, and whom it calls


def make_object(
    path: Path,
    functions: Functions,
    wide: bool = True,
    sizes: bool = True,
    loose: bool = False,
) -> Path:
    """Assemble functions that are nothing but references to those they call.

    `wide`: 64-bit, else 32. `sizes`: with section .stack_sizes, as -fstack-size-section adds;
    `loose`: whose addresses are no functions'.
    """
    word = ".quad" if wide else ".long"
    lines = [".text"]
    for name, (_, calls) in functions.items():
        lines += [f".globl {name}", f".type {name}, %function", f"{name}:"]
        lines += [f"{word} {callee}" for callee in calls] + [".byte 0", f".size {name}, . - {name}"]
    if sizes:
        lines.append('.section .stack_sizes, "", %progbits')
        for name, (nbytes, _) in functions.items():
            lines += [f"{word} {7 if loose else name}", f".uleb128 {nbytes}"]
    source = path.with_suffix(".s")
    source.write_text("\n".join(lines) + "\n")
    width = [] if wide else ["-m32"]
    subprocess.run([*find_compiler().command, *width, "-c", source, "-o", path], check=True)
    return path
