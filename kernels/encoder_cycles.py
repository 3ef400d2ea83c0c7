"""How long the encoder's kernels run on a core, and how much of its program memory they take.

Counted, loop by loop, from `cpp/encoder.cc`: a pass issues so many operations in its fullest slot
(vector unit; two loads; store and conversion; moves, shuffles and comparisons) and its longest
chain of operations takes so many cycles. A short loop is software-pipelined, so that passes follow
each other at the rate of the fullest slot; a long one is not, and each pass takes its slots or its
chain, whichever is longer.

Source of slots and latencies: Jena (see `cycles.py`), and of what shares a slot: disassembled
kernels of AIE2P (conversions issue with stores, maxima with moves). Not measured on a device. What
branches on data counts its longer side: `encoder_scores` raises every maximum.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from aiec.ir.design import GemmTiling
from aiec.ir.encoder import TILE
from aiec.ir.target import Target
from aiec.kernels import cycles

SOURCE = "issue slots and chains; not measured on a device. Uncertainty a factor of 1.5"
GEMM_SOURCE = (
    "npu1: that of gemm_bf16; npu2: 26 cycles a register block and 12 a k-step of four products "
    "fit VEGAH 0049 to 2 % and 0003 to 6 % (open compiler, both operands converted to bfp16); 6 "
    "with the right one in bfp16, as half of the conversions are left. Left ones in two parts: as "
    "many conversions for half a register block. Uncertainty 25 %"
)

CALL = 30  # entry, rounding mode, return, loop set-up; see cycles.py
ENTRY_BUNDLES = 10
BUNDLE_BYTES = 16  # at most; bundles with empty slots are shorter
# Compiled loops that do little but load and store take this many cycles a store.
STRETCH = 583 / 192  # Source: VEGAH 0049; see cycles.py

# Latencies in cycles. Source: Jena; a conversion from what `cycles.py` counts for a split.
LOAD, ADD, MAC_AGAIN, CONVERT, SHUFFLE, STORE = 7, 6, 4, 5, 2, 2
SPLIT = CONVERT + ADD + CONVERT  # to the low part
EXACT = SPLIT + ADD + CONVERT
PRODUCT = ADD  # what a product takes once the low part is there: its other terms are done
EXACT_PRODUCT = 5 * MAC_AGAIN + ADD
LESS_PRODUCT = EXACT + EXACT_PRODUCT + 12  # of three parts each, in a function of its own

# Of bf16 through bfp16 on AIE2P: a k-step of 2 x 2 products, bound by the conversions of four
# operands, or of two where the right ones are bfp16 in memory; and what a register block adds.
# With the left ones in two parts a step is of 1 x 2 products twice, after two conversions and a
# product that finds the rest: three accumulators are free for these, so steps follow each other at
# the rate of the conversions. The chain to the first product is a conversion and a product longer,
# and there are half as many accumulators to load and to store.
_BFP16_STEP, _MIXED_STEP, _BFP16_BLOCK = 12, 6, 26


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop as the core runs it.

    Attributes:
        passes: how often, all entries together.
        slots: bundles of a pass whose fullest slot is always taken.
        chain: cycles from a pass's first load to its last result.
        entries: how often it begins anew, if it is pipelined; 0 if it is not.
        shared: its code is another kernel's.
        stretch: what compiled code takes in place of a cycle.
        called: cycles of a pass in functions whose code is counted elsewhere.
    """

    passes: int
    slots: int
    chain: int
    entries: int = 0
    shared: bool = False
    stretch: float = 1.0
    called: int = 0

    @property
    def cycles(self) -> float:
        """All passes."""
        if self.entries:
            return self.passes * self.slots * self.stretch + self.entries * self.chain
        return self.passes * (max(self.slots, self.chain) + self.called)

    @property
    def bundles(self) -> int:
        """Its code. A pipelined loop has its body three times; idle cycles are short bundles."""
        if self.shared:
            return 0
        idle = max(0, self.chain - self.slots) / 8
        return 3 * self.slots if self.entries else math.ceil(self.slots + idle)


Loops = Callable[[str], tuple[Loop, ...]]  # of an ISA


def wide(isa: str) -> int:
    """Vectors of fp32 lanes of a tile."""
    return TILE * TILE // (16 if isa == "aie2" else 32)


def through_bfp16(m: int, k: int, n: int) -> int:
    """Cycles of a product of (m, k) and (k, n) in 8x8x8 instructions on AIE2P."""
    return CALL + (m // 16) * (n // 16) * (k // 8 * _BFP16_STEP + _BFP16_BLOCK)


def products(isa: str, shared: bool = False) -> tuple[Loop, ...]:
    """64 x 64 x 64: k-steps of 16 register blocks, and what surrounds each block."""
    step, around = (16, 55) if isa == "aie2" else (_MIXED_STEP, _BFP16_BLOCK)
    if isa == "aie2":
        assert step == cycles.TIMING["aie2"].step and around == cycles.TIMING["aie2"].block_overhead
    inner = Loop(16 * TILE // 8, step, 0, entries=16, shared=shared)
    return (inner, Loop(16, around, 0, shared=shared), Loop(0, 40, 0, shared=shared))


def products_in_parts(isa: str, shared: bool = False) -> tuple[Loop, ...]:
    """`products` with left operands in two parts, on AIE2P: 32 register blocks."""
    assert isa == "aie2p", isa
    inner = Loop(32 * TILE // 8, _MIXED_STEP, 0, entries=32, shared=shared)
    return (inner, Loop(32, _BFP16_BLOCK, 0, shared=shared), Loop(0, 40, 0, shared=shared))


def parameters(isa: str) -> tuple[Loop, ...]:
    """One vector, in and out."""
    return (Loop(1, 2, LOAD + STORE),)


def stats(isa: str) -> tuple[Loop, ...]:
    """Rows of blocks side by side: sums and squares, then what is left to sum over lanes.

    On AIE2 two of them: a product with ones and two of squares each; on AIE2P one of two products.
    """
    entries, step, moves = (8, 6, 2 * (6 + 2)) if isa == "aie2" else (8, 2, 2 * 8)
    lanes = 3 * (SHUFFLE + ADD + SHUFFLE) + LOAD + ADD + STORE
    return (Loop(8 * entries, step, LOAD + ADD, entries=entries), Loop(entries, moves, lanes))


def moments(isa: str) -> tuple[Loop, ...]:
    """Vector after vector: a mean, a variance, then three iterations of the root."""
    variance = LOAD + SHUFFLE + ADD
    root = 3 * (SPLIT + PRODUCT)
    vectors = wide(isa) // TILE
    return (
        *reciprocal(1),
        Loop(vectors, 18, variance + 8 + SPLIT, called=3 * LESS_PRODUCT),
        Loop(3 * vectors, 13, root),
    )


def reciprocal(calls: int, shared: bool = False) -> tuple[Loop, ...]:
    """Three of Newton's iterations of two products, then the call; the product's own code."""
    return (
        Loop(3 * calls, 6, 0, shared=shared, called=2 * LESS_PRODUCT),
        Loop(calls, 6, CALL + 2 * ADD, shared=shared),
        Loop(0, 12 + 6, EXACT + EXACT_PRODUCT, shared=shared),
    )


def affine(isa: str) -> tuple[Loop, ...]:
    """A row's splits, then eight vectors side by side, 8 vector operations each; or four's bias."""
    rows = 16
    chain = LOAD + SHUFFLE + SPLIT + 3 * MAC_AGAIN + SPLIT + PRODUCT + STORE
    row = Loop(rows, 8, LOAD + SHUFFLE + SPLIT)
    return (row, Loop(wide(isa) // 8, 64, chain), Loop(0, 8, LOAD + ADD + STORE))


def bias(isa: str) -> tuple[Loop, ...]:
    """`affine` without a norm: the stores of four vectors."""
    return (Loop(16, 8, LOAD + SHUFFLE + SPLIT), Loop(wide(isa) // 4, 8, LOAD + ADD + STORE))


def gelu(isa: str) -> tuple[Loop, ...]:
    """Four vectors side by side, in two stages that overlap: 18 and 19 vector operations each.

    The first pass has no second stage to do, the last one no first.
    """
    limited = LOAD + 4 * SHUFFLE
    logarithm = limited + ADD + SPLIT + 2 * (CONVERT + ADD) + MAC_AGAIN + 3 * (SPLIT + PRODUCT)
    power = 3 * ADD + SPLIT + ADD + CONVERT + ADD + MAC_AGAIN + 2 * SPLIT + PRODUCT
    rest = 2 * MAC_AGAIN + ADD + STORE
    return (Loop(wide(isa) // 4 + 1, 4 * 37, max(logarithm, power + rest)),)


def streaming(passes: int, slots: int, chain: int, entries: int = 16) -> tuple[Loop, ...]:
    """A loop that does little but load and store."""
    return (Loop(passes, slots, chain, entries=entries, stretch=STRETCH),)


def residual(isa: str) -> tuple[Loop, ...]:
    """A block of x: on AIE2 four stores of 256 bits, on AIE2P four of 512."""
    blocks = TILE * TILE // (32 if isa == "aie2" else 64)
    return streaming(blocks, 4, LOAD + SHUFFLE + ADD + STORE)


def store(isa: str) -> tuple[Loop, ...]:
    """A block: its conversions and its stores; transposed or not are two loops' worth of code."""
    blocks, slots = (256, 2) if isa == "aie2" else (64, 4)
    loop = streaming(blocks, slots, LOAD + CONVERT + SHUFFLE + STORE)
    return (*loop, Loop(0, 3 * slots, 0))


def query(isa: str) -> tuple[Loop, ...]:
    """A block: its rows put together, then transposed."""
    blocks, slots = (128, 5) if isa == "aie2" else (64, 10)
    return streaming(blocks, slots, LOAD + SHUFFLE + SHUFFLE + STORE)


def attention_start(isa: str) -> tuple[Loop, ...]:
    """One store a cycle, of 256 or 512 bits."""
    stores = 512 if isa == "aie2" else 256
    return (*streaming(stores, 1, STORE, entries=1), Loop(4, 2, STORE))


def scale(isa: str, shared: bool = False) -> tuple[Loop, ...]:
    """All columns of acc, eight vectors side by side: conversions and stores, four each."""
    chain = LOAD + SPLIT + PRODUCT + STORE
    return (Loop(wide(isa) // 8, 32, chain, shared=shared),)


def attention_end(isa: str) -> tuple[Loop, ...]:
    """Reciprocals, then each column's split and its products."""
    columns = 16 if isa == "aie2" else 8
    return (
        *reciprocal(wide(isa) // TILE, shared=True),
        Loop(columns, 5, LOAD + SHUFFLE + SPLIT),
        *scale(isa),
    )


def scores(isa: str) -> tuple[Loop, ...]:
    """Products; maxima; then each column: its state, its powers, and acc and its sum rescaled.

    On AIE2 half of the keys at a time.
    """
    return (*products(isa, shared=True), *powers_of_scores(isa))


def scores_in_parts(isa: str) -> tuple[Loop, ...]:
    """`scores` with keys in two parts."""
    return (*products_in_parts(isa, shared=True), *powers_of_scores(isa))


def powers_of_scores(isa: str) -> tuple[Loop, ...]:
    """What follows in `scores` from the products."""
    columns, rows, vectors = (16, 16, 4) if isa == "aie2" else (8, 8, 8)
    parts = 2 if isa == "aie2" else 1  # of the keys
    maxima = Loop(4 * rows, 2 * vectors, LOAD + ADD + 2 * SHUFFLE, entries=4 * parts)
    lanes = Loop(4 * parts, 12, 2 * (2 * SHUFFLE) + ADD + SHUFFLE)
    state = Loop(columns, 12, LOAD + ADD + SHUFFLE + ADD + 10 + STORE)
    taken = Loop(parts * columns, 5, LOAD + SHUFFLE + ADD + STORE)  # a maximum; sums, in the end
    old = Loop(columns, 8, ADD + 3 * SHUFFLE + SPLIT + MAC_AGAIN + ADD + STORE)
    around = Loop(0, 8 + 8, 0)  # keys that are not there, the two parts
    return (
        maxima, lanes, state, taken, powers(isa), old, *scale(isa, shared=True), around,
    )  # fmt: skip


def powers(isa: str) -> Loop:
    """Four k-steps of a column: 8 vectors of 9 vector operations, and 4 products."""
    chain = LOAD + 4 * ADD + CONVERT + ADD + CONVERT + 2 * ADD + 2 * SHUFFLE
    if isa == "aie2":
        return Loop(32, 8 * 9 + 4, chain + STORE + ADD)
    return Loop(16, 8 * 9 + 4, chain + ADD + CONVERT + 3 * MAC_AGAIN + ADD)


def hidden_keys(isa: str, valid: int) -> float:
    """Cycles of putting the keys from `valid` on out of the way: a store and its address each."""
    columns = 16 if isa == "aie2" else 8
    return (TILE - valid) * columns * STRETCH


@dataclass(frozen=True, slots=True)
class Model:
    """A kernel's cycles and code from its loops."""

    loops: Loops
    other: Loops | None = None  # of a call whose last scalar is 0
    in_parts: Loops | None = None  # where left operands are rounded to two bfp16

    def __call__(self, target: Target, tiling: GemmTiling, *scalars: int) -> int:
        loops = self.other if self.other and scalars and scalars[-1] == 0 else self.loops
        if self.in_parts and tiling.left_parts > 1:
            loops = self.in_parts
        return CALL + math.ceil(sum(loop.cycles for loop in loops(target.isa)))

    def program_bytes(self, isa: str) -> int:
        """Its share of program memory, if every bundle is as long as it can be.

        In parts or not, the loops are as long: the same conversions, half as many accumulators.
        """
        return BUNDLE_BYTES * (ENTRY_BUNDLES + sum(loop.bundles for loop in self.loops(isa)))


@dataclass(frozen=True, slots=True)
class ScoresModel(Model):
    """`encoder_scores`, which hides keys that are not there."""

    def __call__(self, target: Target, tiling: GemmTiling, *scalars: int) -> int:
        valid = scalars[0] if scalars else TILE
        return Model.__call__(self, target, tiling) + math.ceil(hidden_keys(target.isa, valid))
