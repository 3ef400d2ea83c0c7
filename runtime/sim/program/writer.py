"""MLIR bodies compiled to Python generators.

A core's body and a runtime sequence are compiled once to the source of one generator function, and
run at the speed of Python afterwards. This module has the writer and control flow (scf, cf, func);
arithmetic.py and memrefs.py have the values, core.py and compile.py what is special to each. A
program yields actions (process.py); everything between two yields happens at once, its cycles are
added to `process.busy`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from xdsl.dialects import arith, cf, func, scf
from xdsl.ir import Block, Operation, Region, SSAValue

from aiec.ir.errors import DesignError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.faults import ORIGINS, Origins
from aiec.runtime.sim.program.issue import Schedule, filled_bytes, jumps, overlaps

Handler = Callable[["Writer", Any], None]
# A loop without a wait gives others a turn after this many cycles.
QUANTUM_CYCLES = 4096
_INDENT = "    "


class Writer:
    """Source under construction, and the objects that it refers to."""

    def __init__(
        self, handlers: Mapping[str, Handler], describe: Callable[[Operation], str]
    ) -> None:
        self.handlers = handlers
        self.describe = describe
        self.objects: dict[str, object] = {}
        self.functions: dict[str, str] = {}
        self._names: dict[SSAValue, str] = {}
        self.unwritten: object | None = None  # watches loads (unwritten.py), if anybody does
        self.memory_bytes = 0  # that the program may allocate
        self._bound: dict[int, str] = {}
        self._lines: list[str] = []
        self._origins: list[Operation | None] = []  # of the lines
        self._depth = 0
        self._count = 0
        self.schedule = Schedule()

    def emit(self, line: str) -> None:
        """Write one line at the current depth."""
        self._lines.append(_INDENT * self._depth + line)
        self._origins.append(self.schedule.op)

    def fresh(self, stem: str = "v") -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{stem}{self._count}"

    def bind(self, value: object, stem: str = "k") -> str:
        """The name under which the program finds `value`."""
        if id(value) not in self._bound:
            name = self.fresh(stem)
            self._bound[id(value)] = name
            self.objects[name] = value
        return self._bound[id(value)]

    def alias(self, value: SSAValue, expression: str) -> None:
        """Let `value` stand for an expression without side effects."""
        self._names[value] = expression

    def define(self, value: SSAValue, expression: str) -> None:
        """Evaluate `expression` once, as `value`."""
        name = self._names[value] = self.fresh()
        self.emit(f"{name} = {expression}")

    def declare(self, values: Sequence[SSAValue]) -> list[str]:
        """Fresh names for `values`."""
        for value in values:
            self._names[value] = self.fresh()
        return [self._names[value] for value in values]

    def use(self, value: SSAValue) -> str:
        """The expression of `value`; a constant of the device is written where it is used.

        `DesignError` if nothing here computes it.
        """
        if value not in self._names and isinstance(value.owner, arith.ConstantOp):
            self.op(value.owner)
        if value not in self._names:
            op = self.schedule.op
            raise DesignError(
                f"%{value.name_hint or 'value'} is not known to this program",
                where=None if op is None else self.describe(op),
                expected="a value that it computes, or a buffer",
            )
        return self._names[value]

    def uses(self, values: Sequence[SSAValue]) -> list[str]:
        """The expressions of `values`."""
        return [self.use(value) for value in values]

    def knows(self, value: SSAValue) -> bool:
        """Whether `value` has been written."""
        return value in self._names

    def assign(self, names: Sequence[str], values: Sequence[str]) -> None:
        """All at once, so that a swap stays a swap."""
        if names:
            self.emit(f"{', '.join(names)} = {', '.join(values)}")

    def spend(self, cycles: int) -> None:
        """The operation being written takes `cycles`, once its operands are there."""
        self.schedule.spend(cycles)

    def settle(self) -> None:
        """Write the cycles spent so far."""
        if cycles := self.schedule.drain():
            self.emit(f"process.busy += {cycles}")

    def indent(self) -> None:
        """Go one level deeper."""
        self._depth += 1

    def dedent(self) -> None:
        """Come back one level; an empty body gets a `pass`."""
        self.settle()
        if self._lines[-1].endswith(":"):
            self.emit("pass")
        self._depth -= 1

    def breathe(self) -> None:
        """Let others run where a loop could go round for ever."""
        self.settle()
        self.emit(f"if process.busy > {QUANTUM_CYCLES}: yield pause")

    def op(self, op: Operation) -> None:
        """Write one operation."""
        handler = self.handlers.get(op.name)
        if handler is None:
            raise DesignError(f"operation {op.name} is not supported here", where=self.describe(op))
        outer, self.schedule.op = self.schedule.op, op
        handler(self, op)
        self.schedule.op = outer

    def block(self, block: Block) -> None:
        """Write the operations of a block but its terminator, which is the caller's."""
        for op in block.ops:
            if op is not block.last_op or not _is_terminator(op):
                self.op(op)

    def body(self, region: Region) -> None:
        """Write a whole region: straight, or as a state machine over its blocks."""
        blocks = list(region.blocks)
        if not blocks:
            return
        if len(blocks) == 1:
            self.block(blocks[0])
            last = blocks[0].last_op
            if isinstance(last, func.ReturnOp):
                self.op(last)
            return
        number = {block: i for i, block in enumerate(blocks)}
        for block in blocks[1:]:
            self.declare(block.args)
        self.emit("block = 0")
        self.emit("while True:")
        self.indent()
        self.breathe()
        for block in blocks:
            self.emit(f"{'if' if block is blocks[0] else 'elif'} block == {number[block]}:")
            self.indent()
            self.block(block)
            self._leave(block, number)
            self.dedent()
        self.dedent()

    def _leave(self, block: Block, number: dict[Block, int]) -> None:
        last = block.last_op
        self.spend(timing.BRANCH_CYCLES)
        if isinstance(last, cf.BranchOp):
            self._jump(last.successor, last.arguments, number)
        elif isinstance(last, cf.ConditionalBranchOp):
            self.settle()
            self.emit(f"if {self.use(last.cond)}:")
            self.indent()
            self._jump(last.then_block, last.then_arguments, number)
            self.dedent()
            self.emit("else:")
            self.indent()
            self._jump(last.else_block, last.else_arguments, number)
            self.dedent()
        elif isinstance(last, func.ReturnOp):
            self.op(last)
        else:
            self.settle()
            self.emit("return")

    def _jump(self, to: Block, arguments: Sequence[SSAValue], number: dict[Block, int]) -> None:
        self.settle()
        self.assign(self.uses(to.args), self.uses(arguments))
        self.emit(f"block = {number[to]}")

    def function(
        self,
        name: str,
        region: Region,
        parameters: Sequence[str] = (),
        begin: Callable[[], None] | None = None,
    ) -> None:
        """Write `region` as the generator function `name`; `begin` writes what comes before."""
        self.emit(f"def {name}({', '.join(parameters)}):")
        self.indent()
        self.emit("if False: yield")
        if begin is not None:
            begin()
        self.body(region)
        self.dedent()

    def build(
        self, name: str, process: object, pause: object
    ) -> Callable[..., Generator[Any, Any, Any]]:
        """Compile what was written and return its function `name`."""
        scope: dict[str, Any] = {**self.objects, "process": process, "pause": pause}
        scope[ORIGINS] = Origins(self._origins, self.describe)
        try:
            code = compile("\n".join(self._lines), f"<{name}>", "exec")
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise DesignError(
                f"the simulator cannot compile a program: {error}",
                where=self._deepest(),
                expected="fewer loops inside each other",
            ) from error
        exec(code, scope)
        return scope[name]

    def _deepest(self) -> str | None:
        line = max(self._lines, key=lambda line: len(line) - len(line.lstrip()))
        op = self._origins[self._lines.index(line)]
        return None if op is None else self.describe(op)

    @property
    def source(self) -> str:
        """What was written."""
        return "\n".join(self._lines)


def _is_terminator(op: Operation) -> bool:
    return op.name in _TERMINATORS


_TERMINATORS = {
    "aie.end", "scf.yield", "scf.condition", "affine.yield", "cf.br", "cf.cond_br", "func.return",
}  # fmt: skip


def _for(w: Writer, op: scf.ForOp) -> None:
    if w.schedule.quiet or not (nbytes := filled_bytes(op)):
        _loop(w, op)
        return
    w.spend(timing.CALL_CYCLES + nbytes * timing.BYTE_STORE_CYCLES)
    w.settle()
    w.schedule.quiet = True
    _loop(w, op)
    w.schedule.quiet = False


def _loop(w: Writer, op: scf.ForOp) -> None:
    body = op.body.block
    carried = w.declare(body.args[1:])
    w.settle()
    w.assign(carried, w.uses(op.iter_args))
    (index,) = w.declare(body.args[:1])
    w.emit(f"for {index} in range({w.use(op.lb)}, {w.use(op.ub)}, {w.use(op.step)}):")
    w.indent()
    w.block(body)
    assert body.last_op is not None
    w.assign(carried, w.uses(body.last_op.operands))
    w.spend(timing.SCALAR_OP_CYCLES)
    rest = 0
    if overlaps(op):
        each, rest = w.schedule.drain_round(op)
        if each:
            w.emit(f"process.busy += {each}")
    elif jumps(op):
        w.spend(timing.BRANCH_CYCLES)
    w.breathe()
    w.dedent()
    if rest:
        w.emit(f"process.busy += {rest}")
    for result, name in zip(op.results, carried, strict=True):
        w.alias(result, name)


def _while(w: Writer, op: scf.WhileOp) -> None:
    before, after = op.before_region.block, op.after_region.block
    entering = w.declare(before.args)
    w.settle()
    w.assign(entering, w.uses(op.arguments))
    w.emit("while True:")
    w.indent()
    w.block(before)
    condition = before.last_op
    assert isinstance(condition, scf.ConditionOp)
    kept = w.declare(after.args)
    w.settle()
    w.assign(kept, w.uses(condition.args))
    w.emit(f"if not {w.use(condition.condition)}: break")
    w.block(after)
    assert after.last_op is not None
    w.assign(entering, w.uses(after.last_op.operands))
    w.spend(timing.BRANCH_CYCLES)
    w.breathe()
    w.dedent()
    for result, name in zip(op.results, kept, strict=True):
        w.alias(result, name)


def _if(w: Writer, op: scf.IfOp) -> None:
    results = w.declare(op.results)
    w.spend(timing.BRANCH_CYCLES)
    w.settle()
    w.emit(f"if {w.use(op.cond)}:")
    _branch(w, op.true_region, results)
    if op.false_region.blocks:
        w.emit("else:")
        _branch(w, op.false_region, results)


def _branch(w: Writer, region: Region, results: list[str]) -> None:
    w.indent()
    w.block(region.block)
    if results:
        assert region.block.last_op is not None
        w.assign(results, w.uses(region.block.last_op.operands))
    w.dedent()


def _index_switch(w: Writer, op: scf.IndexSwitchOp) -> None:
    results = w.declare(op.results)
    w.spend(timing.BRANCH_CYCLES)
    w.settle()
    cases = zip(op.cases.get_values(), op.case_regions, strict=True)
    for i, (value, region) in enumerate(cases):
        w.emit(f"{'elif' if i else 'if'} {w.use(op.arg)} == {value}:")
        _branch(w, region, results)
    w.emit("else:" if op.case_regions else "if True:")
    _branch(w, op.default_region, results)


def _execute_region(w: Writer, op: scf.ExecuteRegionOp) -> None:
    results = w.declare(op.results)
    w.emit("if True:")
    _branch(w, op.region, results)


def _return(w: Writer, op: func.ReturnOp) -> None:
    w.settle()
    w.emit(f"return ({', '.join(w.uses(op.arguments))},)" if op.arguments else "return")


CONTROL: dict[str, Handler] = {
    "scf.for": _for,
    "scf.while": _while,
    "scf.if": _if,
    "scf.index_switch": _index_switch,
    "scf.execute_region": _execute_region,
    "func.return": _return,
}
