"""Buffers of a core and of a mem tile for a GEMM tiling: sizes, and the banks they lie in.

Below the planner, which refuses a tiling whose buffers do not fit, and the emitter, which declares
them. Nothing here knows MLIR.

A core holds x and weights twice, so that DMA fills one object while the other is multiplied; the
accumulator and the output once each. A bank of data memory serves one access a cycle: a buffer
that the DMA fills beside one that the kernel reads in the same bank costs stalls, so twins are kept
apart wherever there is room.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.design import GemmTiling
from aiec.ir.target import Target

# A core's stack. With 0x400, mlir-aie's default, frames of 960 to 1792 bytes overwrote the buffer
# behind it on hardware, unseen (mlir-air issues 1980 and 1354; mlir-aie 2275, 2280, 2345 and 3597);
# mlir-aie's own GEMMs and others' are given this much.
STACK_BYTES = 0xD00
RTP_WORDS = 4  # output tiles, pairs of k tiles, activation, residual
# Room for the kernels' constants, which Peano's linker script puts after the buffers. Our estimate:
# a few vectors of coefficients.
KERNEL_DATA_BYTES = 512
MEM_TILE_BANKS = 8  # Source: TM getNumBanks; a buffer of the bank-aware allocator lies in one bank


@dataclass(frozen=True, slots=True)
class CoreBuffer:
    """One buffer of a core. `bank` is None where the set does not pack into banks."""

    name: str
    elements: int
    dtype: str  # bf16 | f32 | i32
    bank: int | None = None

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return self.elements * (2 if self.dtype == "bf16" else 4)


def core_buffers(tiling: GemmTiling, target: Target) -> tuple[CoreBuffer, ...]:
    """The buffers of one core, each with its bank if all can lie within banks, else without.

    Within a bank, addresses follow the order of this tuple, after the stack in bank 0. Sizes are
    multiples of 32 bytes but for the last, so that every vector access is aligned.
    """
    buffers = _buffers(tiling)
    return _in_banks(buffers, target) or buffers


def core_bytes(tiling: GemmTiling) -> int:
    """Data memory that one core needs, stack and the kernels' constants included."""
    objects = sum(b.nbytes for b in _buffers(tiling))
    return STACK_BYTES + KERNEL_DATA_BYTES + objects


def mem_tile_buffer_bytes(tiling: GemmTiling, rows: int) -> tuple[int, ...]:
    """Sizes of the buffers of a mem tile that carries x too: x, weights and outputs, two each."""
    x = 2 * tiling.m * tiling.k_l2
    return (x, x, tiling.w_bytes, tiling.w_bytes, rows * tiling.out_bytes, rows * tiling.out_bytes)


def mem_tile_packs(tiling: GemmTiling, rows: int, target: Target) -> bool:
    """Whether upstream's bank-aware allocator can place a mem tile's buffers: one a bank."""
    sizes = mem_tile_buffer_bytes(tiling, rows)
    return len(sizes) <= MEM_TILE_BANKS and max(sizes) <= target.mem_tile_bytes // MEM_TILE_BANKS


def _buffers(tiling: GemmTiling) -> tuple[CoreBuffer, ...]:
    return (
        CoreBuffer("acc", tiling.m * tiling.n, "f32"),
        CoreBuffer("w0", tiling.w_bytes // 2, "bf16"),
        CoreBuffer("w1", tiling.w_bytes // 2, "bf16"),
        CoreBuffer("x0", tiling.m * tiling.k, "bf16"),
        CoreBuffer("x1", tiling.m * tiling.k, "bf16"),
        CoreBuffer("out", tiling.m * tiling.n, "bf16"),
        CoreBuffer("rtp", RTP_WORDS, "i32"),
    )


def _in_banks(buffers: tuple[CoreBuffer, ...], target: Target) -> tuple[CoreBuffer, ...] | None:
    """Give each buffer the emptiest bank, away from its twin if possible; None if one fits none."""
    bank_bytes = target.core_memory_bytes // target.core_banks
    free = [bank_bytes] * target.core_banks
    free[0] -= STACK_BYTES
    homes: dict[str, int] = {}
    # Largest first, as the exact fits are the hard ones; ties in order of declaration.
    for buffer in sorted(buffers, key=lambda b: -b.nbytes):
        twin = homes.get(buffer.name[:-1] + "0") if buffer.name.endswith("1") else None
        bank = _emptiest(free, avoid=twin)
        if free[bank] < buffer.nbytes and twin is not None:
            bank = twin
        if free[bank] < buffer.nbytes:
            return None
        free[bank] -= buffer.nbytes
        homes[buffer.name] = bank
    return tuple(CoreBuffer(b.name, b.elements, b.dtype, homes[b.name]) for b in buffers)


def _emptiest(free: list[int], avoid: int | None) -> int:
    return max((bank for bank in range(len(free)) if bank != avoid), key=lambda bank: free[bank])
