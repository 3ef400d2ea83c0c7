"""A simulated array and the devices of one module that configure it, one after the other.

Between the simulator's face and elaboration. Loading a device resets cores, locks, DMAs and
streams; the tiles' memories keep what they hold, time goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from xdsl.dialects.builtin import ModuleOp

from aiec.codegen.dialects.structure import DeviceOp, RuntimeSequenceOp
from aiec.codegen.dialects.tasks import ConfigureOp
from aiec.ir.errors import DesignError, nearest
from aiec.ir.transaction import Transaction
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.hazards import Hazards
from aiec.runtime.sim.array.host_way import Ddr
from aiec.runtime.sim.array.machine import Shared, SimMachine
from aiec.runtime.sim.array.process import Action, Process
from aiec.runtime.sim.array.timing import Timing
from aiec.runtime.sim.load.bd_chains import expand_bd_chains
from aiec.runtime.sim.load.core import Kernels
from aiec.runtime.sim.load.elaborate import elaborate
from aiec.runtime.sim.load.image import Image
from aiec.runtime.sim.load.parameters import scratchpad_of
from aiec.runtime.sim.load.placement import chip_of
from aiec.runtime.sim.load.plain_values import describe
from aiec.runtime.sim.sequence.compile import SequenceCompiler, bind_arguments

RunnableSequence = Callable[..., Generator[Action, Any, Any]]


@dataclass(slots=True)
class Loaded:
    """One device on the array, its sequences compiled as they are first used."""

    name: str
    machine: SimMachine
    sequences: dict[str, RuntimeSequenceOp]
    compiler: SequenceCompiler
    image: Image
    programs: dict[tuple[str, int], RunnableSequence] = field(default_factory=dict)

    def program(self, symbol: str, process: Process) -> RunnableSequence:
        """The program of sequence `symbol` for `process`."""
        if symbol not in self.sequences:
            raise DesignError(
                f"device @{self.name} has no runtime sequence @{symbol}",
                expected=nearest(symbol, self.sequences),
            )
        key = symbol, id(process)
        if key not in self.programs:
            self.programs[key] = self.compiler.compile(self.sequences[symbol], process)
        return self.programs[key]


class _SequenceProcess(Process):
    """Ends the run when its program ends."""

    def finished(self) -> None:
        self.done = True
        self.engine.stop = True


class SimArray:
    """The array of a module's main device. `loaded` is what it is configured with now."""

    def __init__(
        self,
        module: ModuleOp,
        kernels: Kernels,
        device: str | None,
        seed: int,
        epoch: str | None = None,
        strict: bool = False,
    ) -> None:
        self._epoch = epoch
        expand_bd_chains(module)
        self._devices = {op.sym_name.data: op for op in module.walk() if isinstance(op, DeviceOp)}
        self._kernels = kernels
        main = self._main(module, device)
        target, _ = chip_of(main.device.data.value)
        self.device = main.device.data.value
        engine = Engine(seed)
        timing = Timing.of(target)
        ddr = Ddr(engine, timing.ddr_bytes_per_cycle, timing.ddr_both_bytes_per_cycle)
        self.shared = Shared(engine, ddr, scratchpad_of(module), Hazards(strict))
        self._built: dict[str, Loaded] = {}
        self.main = self.loaded = self._load(main.sym_name.data)
        self._process: dict[str, _SequenceProcess] = {}

    def start(self, symbol: str, args: Sequence[Any], stream: Transaction | None = None) -> Process:
        """Start sequence `symbol` of the main device on the caller's `args`, or a stream of it."""
        op = self.main.sequences[symbol]
        spans = bind_arguments(op.body.block, args, describe(op))
        self.main.machine.begin_dispatch()
        if symbol not in self._process:
            name = f"runtime sequence @{symbol}"
            self._process[symbol] = _SequenceProcess(self.shared.engine, name)
        process = self._process[symbol]
        self.main.compiler.host_arguments[:] = spans
        if stream is None:
            program = self.main.program(symbol, process)
            process.start(program(*spans[: len(op.body.block.args)]))
        else:
            process.start(self.main.compiler.player.play(stream, f"the stream of @{symbol}"))
        return process

    def configure(self, name: str, again: bool) -> None:
        """Load a device; one that is loaded already only if `again`."""
        if name not in self._devices:
            raise DesignError(f"there is no device @{name}", expected=nearest(name, self._devices))
        if again or name != self.loaded.name:
            self.shared.engine.clear()
            self.loaded = self._load(name)

    def configure_anew(self) -> None:
        """Forget everything, tile memories too, and load the main device."""
        for memory in self.shared.memories.values():
            memory.forget()
        self.configure(self.main.name, again=True)

    def run(self, process: Process, symbol: str, *args: Any) -> Generator[Action, Any, None]:
        """Run a sequence of the loaded device as part of another."""
        loaded = self.loaded
        loaded.compiler.host_arguments[:] = args
        yield from loaded.program(symbol, process)(*args)

    def _load(self, name: str) -> Loaded:
        """A device that was built before is loaded as it is: sequences that run stay bound."""
        if name not in self._built:
            self._built[name] = self._build(self._devices[name])
        loaded = self._built[name]
        loaded.compiler.clear()
        loaded.image.load()
        return loaded

    def _build(self, op: DeviceOp) -> Loaded:
        elaborated = elaborate(op, self._kernels, self.shared, self._epoch)
        sequences = {s.sym_name.data: s for s in op.walk() if isinstance(s, RuntimeSequenceOp)}
        compiler = SequenceCompiler(elaborated, self)
        machine = elaborated.machine
        return Loaded(op.sym_name.data, machine, sequences, compiler, Image(machine))

    def _main(self, module: ModuleOp, device: str | None) -> DeviceOp:
        if device is not None:
            if device not in self._devices:
                raise DesignError(
                    f"there is no device @{device}", expected=nearest(device, self._devices)
                )
            return self._devices[device]
        inner = {
            op.symbol.root_reference.data for op in module.walk() if isinstance(op, ConfigureOp)
        }
        outer = [op for name, op in self._devices.items() if name not in inner]
        if len(outer) == 1:
            return outer[0]
        if "main" in self._devices:
            return self._devices["main"]
        raise DesignError("no device was named", expected=nearest("main", self._devices))
