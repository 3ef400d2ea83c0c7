"""The simulator's face: text and numpy arrays in, a report out.

    parse      codegen/dialects        text -> xDSL module
    elaborate  load/elaborate.py       module -> machine, loaded by load/image.py
    run        sequence/compile.py     a runtime sequence drives the machine

State (memories, locks, where cores stand) persists between runs, as on hardware: one load, many
dispatches. Refuses what the hardware would, and anything that it does not know.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Attribute

from aiec.codegen.dialects import parse
from aiec.ir.errors import DesignError, OptionError, SimulationError, nearest
from aiec.ir.target import Target
from aiec.ir.transaction import Transaction
from aiec.runtime.sim.array.channels import Channel
from aiec.runtime.sim.array.memory import DEFAULT_LIMIT_BYTES
from aiec.runtime.sim.array.process import Process
from aiec.runtime.sim.array.spans import Trace
from aiec.runtime.sim.load.placement import chip_of
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of
from aiec.runtime.sim.sim_array import SimArray
from aiec.runtime.sim.tell.diagnose import deadlock, leftovers
from aiec.runtime.sim.tell.floor_plan import write_floor_plan
from aiec.runtime.sim.tell.report import ChannelTime, CoreTime, Report

Kernels = Mapping[str, Callable[..., Any]]
Parameters = Mapping[str, float] | Mapping[int, float] | Mapping[str | int, float]


@dataclass(frozen=True, slots=True)
class SequenceArgument:
    """One argument of a runtime sequence. `names`: in the text, and its number."""

    names: tuple[str, ...]
    type: Attribute

    @property
    def is_array(self) -> bool:
        """Whether it is a buffer, not a number."""
        return isinstance(self.type, MemRefType)

    @property
    def nbytes(self) -> int:
        """Size of the declared type; 0 of a number."""
        if not self.is_array:
            return 0
        shape = shape_of(self.type)
        if min(shape, default=1) < 0:
            raise SimulationError(
                f"argument {self.names[0]} is {self.type}, which has no size of its own",
                todo="pass an array for it",
            )
        return math.prod(shape) * dtype_of(element_of(self.type)).itemsize

    def zeros(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> Any:
        """An array of the declared type, or the number 0."""
        if self.nbytes > limit_bytes:
            raise SimulationError(
                f"argument {self.names[0]}, {self.type}, would take {self.nbytes} bytes",
                expected=f"at most {limit_bytes} for all arguments",
                todo="pass an array of the size that the transfers touch, or raise max_memory",
            )
        if not self.is_array:
            return 0
        return np.zeros(shape_of(self.type), dtype_of(element_of(self.type)))


# Once the sequence has ended, transfers under way go on as long as one of them moves in this time.
DRAIN_CYCLES = 1_000_000


def simulate(
    text: str,
    args: Sequence[Any],
    kernels: Kernels | None = None,
    device: str | None = None,
    sequence: str | None = None,
    seed: int = 0,
    max_cycles: int | None = None,
    parameters: Parameters | None = None,
    strict_hardware: bool = False,
) -> Report:
    """Run one runtime sequence of MLIR-AIE `text` on `args`; numpy arrays are written in place.

    args: in the order of the sequence's arguments; contiguous numpy arrays (any dtype: bytes are
        what moves) and Python ints.
    kernels: external functions by symbol; called with numpy views and Python scalars. An attribute
        `cycles`, a number or a callable with the same arguments, gives its time.
    device, sequence: symbols, needed where the text has several.
    seed: other than 0 permutes events of equal time and jitters latencies.
    max_cycles: of the run; by default what the driver's watchdog allows a submission.
    parameters: scratchpad parameters by name, or words of the scratchpad by number.
    strict_hardware: what only runs here, and the report would warn of, is an error.
    Errors: DesignError for what cannot be built, SimulationError for what goes wrong in the run.
    """
    simulator = Simulator(
        text, kernels=kernels, device=device, seed=seed, strict_hardware=strict_hardware
    )
    return simulator.run(args, sequence, max_cycles, parameters)


class Simulator:
    """One design loaded on one simulated array. `limit_bytes`: what its trace may take."""

    def __init__(
        self,
        text: str,
        *,
        kernels: Kernels | None = None,
        device: str | None = None,
        seed: int = 0,
        name: str = "<design>",
        trace: bool = False,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        epoch: str | None = None,
        strict_hardware: bool = False,
    ) -> None:
        """epoch: lay buffers out as mlir-aie of E1 or E2 does, so that its streams find them.

        strict_hardware: what hardware would not do, and a report would warn of, is an error.
        """
        module = parse(text, name)
        given = dict(kernels or {})
        self._array = SimArray(module, given, device, seed, epoch, strict_hardware)
        if trace:
            self._array.shared.engine.trace = Trace(limit_bytes)

    @property
    def trace(self) -> Trace | None:
        """What the runs so far did, if the simulator was made with `trace`."""
        return self._array.shared.engine.trace

    def write_trace(self, path: Path) -> None:
        """Write what the runs so far did, for Perfetto; the simulator was made with `trace`."""
        trace = self._array.shared.engine.trace
        assert trace is not None, "made without trace"
        trace.write(path, self._array.main.machine.timing.clock_hz)

    def write_floor_plan(self, path: Path, report: Report) -> None:
        """Write the page about `report`, the first run; the simulator was made with `trace`."""
        write_floor_plan(path, self._array.loaded.machine, report)

    @property
    def sequences(self) -> tuple[str, ...]:
        """Symbols of the design's runtime sequences."""
        return tuple(self._array.main.sequences)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the design's scratchpad parameters."""
        return self._array.shared.scratchpad.names

    def buffer(self, name: str) -> np.ndarray:
        """A buffer of the design as it is now, to read or write: a tile's, a fifo's, the host's."""
        buffers = self._array.loaded.machine.buffers
        if name not in buffers:
            raise OptionError(f"there is no buffer {name!r}", expected=nearest(name, buffers))
        return buffers[name].array

    def arguments(self, sequence: str | None = None) -> tuple[SequenceArgument, ...]:
        """The arguments of a sequence (the only one by default), in order."""
        block = self._array.main.sequences[self._symbol(sequence)].body.block
        return tuple(
            SequenceArgument((*((a.name_hint,) if a.name_hint else ()), str(n)), a.type)
            for n, a in enumerate(block.args)
        )

    def run(
        self,
        args: Sequence[Any],
        sequence: str | None = None,
        max_cycles: int | None = None,
        parameters: Parameters | None = None,
        stream: Transaction | None = None,
    ) -> Report:
        """Run a sequence on `args` (as `simulate`), from the state that the last run left.

        Scratchpad parameters that are not given keep what they were. stream: the instructions to
        run in place of the sequence's text; the simulator was made with their `epoch`.
        """
        engine = self._array.shared.engine
        for name, value in (parameters or {}).items():
            self._array.shared.scratchpad.write(name, value)
        symbol = self._symbol(sequence)
        self._array.loaded.machine.clear_counters()
        begin = engine.now
        watchdog = self._array.main.machine.timing.watchdog_cycles
        engine.last_cycle = begin + (watchdog if max_cycles is None else max_cycles)
        process = self._array.start(symbol, args, stream)
        engine.run()
        if not process.done:
            raise deadlock(self._array.loaded.machine, process)
        cycles = engine.now - begin
        self._drain()
        self._tell_changed_contents()
        return self._report(symbol, cycles)

    def configure_anew(self) -> None:
        """Configure the array as the driver does after 5 s without work: all of its state is as
        loaded, and tile memory holds nothing. Source: amdxdna, AMDXDNA_AUTOSUSPEND_DELAY."""
        self._array.configure_anew()

    def _tell_changed_contents(self) -> None:
        """Contents that a load writes and a run has changed come back with the next load."""
        machine = self._array.loaded.machine
        for buffer, contents in machine.contents:
            if buffer.array.tobytes() != contents.tobytes():
                machine.hazards.tell(
                    f"buffer {buffer.name} has its first contents again when the driver configures "
                    "the array anew, after 5 s without work",
                    self._array.device,
                    "have each dispatch write what it needs",
                )

    def _symbol(self, sequence: str | None) -> str:
        known = self._array.main.sequences
        if sequence is None and len(known) == 1:
            return next(iter(known))
        if sequence is None:
            raise SimulationError("no runtime sequence was named", expected=nearest("", known))
        if sequence not in known:
            raise SimulationError(
                f"there is no runtime sequence {sequence!r}", expected=nearest(sequence, known)
            )
        return sequence

    def _drain(self) -> None:
        shared = self._array.shared
        moved = -1
        while moved != (moved := shared.ddr.moved_bytes):
            shared.engine.run(until=shared.engine.now + DRAIN_CYCLES)

    def _report(self, symbol: str, cycles: int) -> Report:
        machine = self._array.loaded.machine
        return Report(
            device=self._array.device,
            sequence=symbol,
            cycles=cycles,
            clock_hz=machine.timing.clock_hz,
            cores=tuple(_core_time(core, cycles) for core in machine.cores()),
            channels=tuple(_channel_time(channel) for channel in machine.channels.values()),
            ddr_bytes=machine.ddr.moved_bytes,
            notes=leftovers(machine)
            + tuple(machine.unwritten.notes.values())
            + tuple(sorted(self._array.loaded.compiler.registers.ignored)),
            warnings=machine.hazards.warnings,
        )


def target_of(text: str) -> Target:
    """The chip that a design's first device names, without parsing the rest."""
    match = re.search(r"aie\.device\s*\(\s*(\w+)\s*\)", text)
    if match is None:
        raise DesignError("the text has no aie.device", expected="MLIR-AIE text")
    return chip_of(match[1])[0]


def _channel_time(channel: Channel) -> ChannelTime:
    return ChannelTime(
        channel.name,
        channel.moved_bytes,
        channel.busy_cycles,
        channel.lock_cycles,
        channel.stream_cycles,
        () if channel.way is None else tuple(channel.way.tasks),
    )


def _core_time(core: Process, cycles: int) -> CoreTime:
    spent = core.compute_cycles + core.lock_cycles + core.stream_cycles
    return CoreTime(
        core.name,
        core.compute_cycles,
        core.lock_cycles,
        core.stream_cycles,
        max(0, cycles - spent),
        core.kernel_calls,
    )
