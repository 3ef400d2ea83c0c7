"""The program of a core of an encoder design: one endless loop that serves every step.

    a control object on the weight stream gives the parameters of a step
    GEMM: for each output tile, column tiles outside, row blocks inside:
        for each pair of k tiles: multiply x0, w0, then x1, w1
            for the first column tile of a norm: sums of x's rows on the way
            with the last: norm and bias, from the tail of w1
        GELU; of each residual's objects that follow, one for each array column, add the own
        store the accumulator as bf16
    attention: for each unit, a head of this row and a query tile of this column:
        of the four query objects that come, take the row's own; keep w1 as room for P
        for each key tile: S and P from K in x0, then V in x1 onto the accumulator
        store what the sums of P divide

Every count is even (two control objects, k tiles, residuals, queries), so that a step finds its
first object in x0 and w0.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from xdsl.dialects import arith, func, memref
from xdsl.dialects.builtin import IndexType, i32
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.core_memory import STACK_BYTES
from aiec.codegen.encoder_array import EncoderCore
from aiec.codegen.streams import LockPair
from aiec.ir.encoder import TILE, EncoderPlan, Kind, Word

FOREVER = (1 << 63) - 1  # rounds of a core's loop


def consumed(locks: LockPair) -> ops.Held:
    """Hold a filled object, then free it."""
    return ops.held(locks.full, locks.empty)


def emit_core(core: EncoderCore, plan: EncoderPlan, link_with: str | None) -> None:
    """Emit the program of `core`, which links with an object file if one is given."""
    with ops.core(core.tile, STACK_BYTES, link_with):
        _Program(core, plan).emit()


class _Program:
    """Writes one core's program at the insertion point, with the constants that it shares."""

    def __init__(self, core: EncoderCore, plan: EncoderPlan) -> None:
        self._core, self._rows, self._columns = core, plan.rows, plan.columns
        self._zero, self._one = ops.index(0, "zero"), ops.index(1, "one")
        self._none = ops.constant(0)

    def emit(self) -> None:
        """The whole loop."""
        core = self._core
        with self._loop(ops.index(FOREVER, "forever"), "run"):
            with consumed(core.w_locks):
                _call("parameters", core.w[0], core.par)
            with consumed(core.w_locks):
                pass  # the second control object only keeps the parity
            kind = self._word(Word.KIND)
            with ops.when(_equal(kind, ops.constant(Kind.GEMM))):
                self._gemm()
            with ops.when(_equal(kind, ops.constant(Kind.ATTENTION))):
                self._attention()

    def _gemm(self) -> None:
        tiles, blocks = self._count(Word.COLUMN_TILES), self._count(Word.ROW_BLOCKS)
        pairs, width = self._count(Word.K_PAIRS), self._word(Word.WIDTH)
        activates = self._flag(Word.ACTIVATION)
        residuals = self._count(Word.RESIDUALS)
        transpose = self._word(Word.TRANSPOSE)
        normalizes = _not_equal(width, self._none)
        last = arith.SubiOp(pairs, self._one).result
        with self._loop(tiles, "j") as j:
            sums = arith.AndIOp(normalizes, _equal(j, self._zero)).result
            with self._loop(blocks, "i") as i:
                slot = ops.named(arith.IndexCastOp(i, i32).result, "slot")
                with self._loop(pairs, "pair") as pair:
                    self._multiply_pair(pair, last, sums, slot, width)
                self._epilogue(activates, residuals, transpose)

    def _multiply_pair(
        self, pair: SSAValue, last: SSAValue, sums: SSAValue, slot: SSAValue, width: SSAValue
    ) -> None:
        core = self._core
        first = ops.named(arith.ExtUIOp(_equal(pair, self._zero), i32).result, "first")
        with consumed(core.x_locks), consumed(core.w_locks):
            self._multiply(0, first, sums, slot)
        with consumed(core.x_locks), consumed(core.w_locks):
            self._multiply(1, self._none, sums, slot)
            with ops.when(_equal(pair, last)):
                with ops.when(sums):
                    _call("moments", core.scratch, slot, width)
                _call("affine", core.w[1], core.acc, core.scratch, slot, width)

    def _multiply(self, parity: int, first: SSAValue, sums: SSAValue, slot: SSAValue) -> None:
        core = self._core
        _call("gemm", core.x[parity], core.w[parity], core.acc, first)
        with ops.when(sums):
            _call("stats", core.x[parity], core.scratch, slot, first)

    def _epilogue(self, activates: SSAValue, residuals: SSAValue, transpose: SSAValue) -> None:
        core = self._core
        with ops.when(activates):
            _call("gelu", core.acc)
        with self._loop(residuals, "residual"):
            # As many objects as columns come along the row to all its cores.
            for column in range(self._columns):
                with consumed(core.x_locks):
                    if column == core.column:
                        _call("residual", core.x[column % 2], core.acc)
        with ops.held(core.out_locks.empty, core.out_locks.full):
            _call("store", core.acc, core.out, transpose)

    def _attention(self) -> None:
        units, keys = self._count(Word.UNITS), self._count(Word.KEY_TILES)
        valid = self._word(Word.LAST_KEYS)
        last = arith.SubiOp(keys, self._one).result
        with self._loop(units, "unit"):
            self._unit(keys, last, valid)

    def _unit(self, keys: SSAValue, last: SSAValue, valid: SSAValue) -> None:
        core = self._core
        with ops.held(core.out_locks.empty, core.out_locks.full):
            for head in range(self._rows - 1):
                with consumed(core.w_locks):
                    self._take_query(head)
            with consumed(core.w_locks):
                self._take_query(self._rows - 1)
                _call("attention_start", core.acc, core.scratch)
                with self._loop(keys, "t") as t:
                    self._keys(arith.SelectOp(_equal(t, last), valid, ops.constant(TILE)).result)
                _call("attention_end", core.acc, core.scratch)
                _call("store", core.acc, core.out, ops.constant(1))

    def _take_query(self, head: int) -> None:
        if head == self._core.row:
            _call("query", self._core.w[head % 2], self._core.out)

    def _keys(self, valid: SSAValue) -> None:
        core = self._core
        with consumed(core.x_locks):
            _call("scores", core.x[0], core.out, core.w[1], core.acc, core.scratch, valid)
        with consumed(core.x_locks):
            _call("gemm", core.x[1], core.w[1], core.acc, self._none)

    def _loop(self, count: SSAValue, name: str) -> AbstractContextManager[SSAValue]:
        return ops.loop(self._zero, count, self._one, name)

    def _word(self, word: Word) -> SSAValue:
        loaded = memref.LoadOp.get(self._core.par, [ops.index(word)]).res
        return ops.named(loaded, word.name.lower())

    def _count(self, word: Word) -> SSAValue:
        return arith.IndexCastOp(self._word(word), IndexType()).result

    def _flag(self, word: Word) -> SSAValue:
        return _not_equal(self._word(word), self._none)


def _equal(one: SSAValue, other: SSAValue) -> SSAValue:
    return arith.CmpiOp(one, other, "eq").result


def _not_equal(one: SSAValue, other: SSAValue) -> SSAValue:
    return arith.CmpiOp(one, other, "ne").result


def _call(kernel: str, *arguments: SSAValue) -> None:
    func.CallOp(f"encoder_{kernel}", arguments, [])
