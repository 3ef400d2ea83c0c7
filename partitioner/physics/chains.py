"""Cycles of vector loops on one core, by the latencies of their operations.

The open compiler does not pipeline them: operations that depend on each other follow one another,
16 elements at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.partitioner.physics.constants import Constants

_LANES = 16
_LOAD, _STORE, _ARITHMETIC, _TRANSCENDENTAL = 7, 5, 6, 11  # JENA; store with its conversion
_SCALAR_ELEMENT = 15  # load 6, one or two operations, store 6, loop: JENA's scalar latencies
_PIPELINED_FILL = 8  # of a loop that is pipelined, once


@dataclass(frozen=True, slots=True)
class Chain:
    """Dependent operations for one vector of 16 elements, over all passes of a kernel.

    `streams` counts tensors of the elements' size that cross DDR.
    """

    arithmetic: int
    transcendental: int = 0
    passes: int = 1
    stores: int = 1
    streams: int = 2
    rows: bool = False  # a pass has a reduction or a set-up for each row

    @property
    def latency(self) -> int:
        """Cycles one after another."""
        moves = _LOAD * self.passes + _STORE * self.stores
        return moves + _ARITHMETIC * self.arithmetic + _TRANSCENDENTAL * self.transcendental


# What stock kernels do. Source: counted from the formulas; GELU and SiLU in tanh form.
CHAINS: dict[str, Chain] = {
    "copy": Chain(0),
    "add": Chain(1, streams=3),
    "mul": Chain(1, streams=3),
    "relu": Chain(1),
    "axpy": Chain(2, streams=3),
    "exp": Chain(1, 1),
    "tanh": Chain(0, 1),
    "sigmoid": Chain(3, 1),
    "gelu": Chain(7, 1),
    "silu": Chain(4, 1),
    "silu_mul": Chain(5, 1, streams=3),
    "softmax": Chain(4, 1, passes=3, stores=2, rows=True),
    "layernorm": Chain(6, passes=2, rows=True),
    "rmsnorm": Chain(2, passes=2, rows=True),
    "rope": Chain(1, streams=3, rows=True),
}


def chain_cycles(chain: Chain, elements: float, row: int | None, c: Constants) -> float:
    """Cycles of one core for `elements`, in rows of `row` elements where rows matter."""
    cycles = elements / _LANES * chain.latency * c.chain_stretch
    if chain.rows and row:
        cycles += elements / row * chain.passes * c.row_overhead
    return cycles


def scalar_cycles(elements: float) -> float:
    """Cycles of one core for `elements` in scalar code, as small examples have it."""
    return elements * _SCALAR_ELEMENT


def pipelined_cycles(elements: float) -> float:
    """Cycles of a pipelined loop, a vector of 16 a cycle."""
    return elements / _LANES + _PIPELINED_FILL
