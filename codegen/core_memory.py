"""What a core holds: its buffers in the order of their addresses, and the bytes that they take.

Read by the placement (`encoder_array.py`), which declares them, and by `refuse_chip.py`, which
refuses a chip whose cores are too small for them.
"""

from __future__ import annotations

from aiec.ir.encoder import OBJECT_ELEMS, PARAMETER_WORDS, TILE_ELEMS
from aiec.kernels.encoder import SCRATCH_ELEMS

# A core's stack. With 0x400, mlir-aie's default, frames of 960 to 1792 bytes overwrote the buffer
# behind it on hardware, unseen (mlir-air issues 1980 and 1354; mlir-aie 2275, 2280, 2345 and 3597);
# mlir-aie's own GEMMs and others' are given this much.
STACK_BYTES = 0xD00
# Room for the kernels' constants, which Peano's linker script puts after the buffers. Our estimate:
# a few vectors of coefficients.
KERNEL_DATA_BYTES = 512
ELEMENT_BYTES = {"bf16": 2, "f32": 4, "i32": 4}  # by MLIR's name

# Name, elements, dtype. Twins lie apart from what they are read with: the set does not pack into
# banks. On both targets 704 bytes are left for the kernels' constants.
CORE_BUFFERS: tuple[tuple[str, int, str], ...] = (
    ("w0", OBJECT_ELEMS, "bf16"),
    ("x0", TILE_ELEMS, "bf16"),
    ("acc", TILE_ELEMS, "f32"),
    ("w1", OBJECT_ELEMS, "bf16"),
    ("x1", TILE_ELEMS, "bf16"),
    ("out", TILE_ELEMS, "bf16"),
    ("scratch", SCRATCH_ELEMS, "f32"),
    ("par", PARAMETER_WORDS, "i32"),
)


def core_bytes() -> int:
    """Data memory of a core that its stack, its buffers and the kernels' constants take."""
    buffers = sum(elems * ELEMENT_BYTES[dtype] for _, elems, dtype in CORE_BUFFERS)
    return STACK_BYTES + KERNEL_DATA_BYTES + buffers
