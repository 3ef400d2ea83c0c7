"""Code paths: what the makers of published GEMMs do with tiles, accumulators and transfers.

A path says how a GEMM is run where a measurement does not: which compiler made the kernel, where
the accumulator goes, whether output tiles overlap, how operands lie in memory, and the tiles taken
where none are named. Source of each: the project's own description of its example.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layout(StrEnum):
    """How operands lie in DDR, which decides the runs that are read."""

    ROWS = "rows"  # A in runs of the mem tile's k, B in runs of a core's n
    COLUMNS = "columns"  # both in runs of the mem tile's k: B is column-major
    PACKED = "packed"  # in the order they are read


@dataclass(frozen=True, slots=True)
class GemmPath:
    """One way to run a GEMM on the whole array.

    Attributes:
        tile: (m, k, n) of a core where none is named; None: the fastest that fits.
        fp32_accumulator: the kernel's accumulator is fp32 (int32), whatever the output is.
        generated: the kernel is generated from loops, not written with vector intrinsics.
        serial: an output tile begins when the one before has left, and costs the controller one
            round of transfers.
        cast: a second launch reads the fp32 result and writes bf16.
        k_l2: k of a mem tile's object in a core's k tiles, where none is named.
        n_l2: n of a mem tile's object in a core's n, where B lies in rows.
        saturated: where no k of the mem tile is named, runs are as long as gains anything.
        launch: whether a submission is part of the measured time.
        spread: how often larger each side of an output block of the array is kept in mem tiles.
    """

    name: str
    layout: Layout = Layout.ROWS
    tile: tuple[int, int, int] | None = None
    fp32_accumulator: bool = False
    generated: bool = False
    serial: bool = False
    cast: bool = False
    k_l2: int = 1
    n_l2: int = 1
    saturated: bool = False
    launch: bool = True
    spread: int = 1


# mlir-aie's whole_array example, and those who took it over.
WHOLE_ARRAY = GemmPath("whole_array")
# TAKA: contiguous runs chosen at saturation, one C buffer, balanced tiles.
BALANCED = GemmPath("balanced", Layout.COLUMNS, saturated=True)
BALANCED_ROW_MAJOR = GemmPath("balanced, B row-major", n_l2=4, saturated=True)
# ATB (arXiv:2511.16041): operands packed beforehand.
ASYMMETRIC = GemmPath("asymmetric tile buffering", Layout.PACKED)
# mlir-air's registry: fp32 accumulator and cast in the drain; in a second launch; none; generated.
AIR_DRAIN = GemmPath("air drain", tile=(32, 32, 128), fp32_accumulator=True, serial=True, k_l2=8)
AIR_FUSED_CAST = GemmPath(
    "air fused-cast", tile=(64, 32, 128), fp32_accumulator=True, serial=True, cast=True, k_l2=8
)
AIR_EXTERNAL = GemmPath(
    "air external", tile=(64, 32, 128), fp32_accumulator=True, serial=True, k_l2=8
)
AIR_DIRECT = GemmPath("air direct", tile=(64, 32, 128), generated=True, serial=True, k_l2=8)
# iree-amd-aie: ukernels or generated loops, and a deeper tiling that keeps more in the mem tiles.
IREE = GemmPath("iree", tile=(64, 64, 64), fp32_accumulator=True, serial=True)
IREE_GENERATED = GemmPath("iree, generated", tile=(64, 64, 64), generated=True, serial=True)
IREE_FOUR_LEVELS = GemmPath(
    "iree, four levels", tile=(64, 64, 64), fp32_accumulator=True, serial=True, n_l2=2, spread=2
)

_AIR = {"drain": AIR_DRAIN, "fused-cast": AIR_FUSED_CAST, "external": AIR_EXTERNAL}
_AIR_THRESHOLD_MACS = 4e9  # from here AIR's `auto` casts in a second launch


def path_of(source: str, qualifier: str, macs: float, out: str) -> GemmPath:
    """The path of a measurement, from its source and what stands in brackets after its metric."""
    text, words = source.lower(), qualifier.lower()
    if "mlir-air" in text and "arxiv" not in text:
        return _air(words, macs, out)
    if "iree" in text:
        if "4_level" in words:
            return IREE_FOUR_LEVELS
        return IREE if "ukernel" in words else IREE_GENERATED
    if "2512.13282" in text:
        row_major = "row-major" in words or "row_major" in words
        return BALANCED_ROW_MAJOR if row_major else BALANCED
    if "2511.16041" in text or "asymmetric" in text or "atb" in words:
        return ASYMMETRIC
    if "2602.06063" in text:
        return GemmPath("megatile", Layout.PACKED, launch=False)
    return WHOLE_ARRAY


def _air(words: str, macs: float, out: str) -> GemmPath:
    if "direct" in words:
        return AIR_DIRECT
    for word, path in _AIR.items():
        if word in words:
            return path
    if out in ("fp32", "int32"):
        return AIR_EXTERNAL
    return AIR_FUSED_CAST if macs >= _AIR_THRESHOLD_MACS else AIR_DRAIN
