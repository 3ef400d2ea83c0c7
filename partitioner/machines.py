"""Machines: the Ryzen parts that carry an NPU, by name, with what the cost model needs of each.

Read by `cpu_profile.py` (a CPU chosen by name), by `published.py` (the device column of published
measurements) and by whoever wants a `Target` at a part's own clock. Refuses a name it does not
know, naming those it does.

Sources, by short name:
    AMD: product pages of amd.com (cores, boost clocks, default TDP, memory).
    DRV, TAKA, VEGAH, JENA: as in `ir/target.py` and hardware notes there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiec.ir.errors import OptionError
from aiec.ir.target import NPU1, NPU2, Target


@dataclass(frozen=True, slots=True)
class Machine:
    """One part. `words` are the spellings by which people name it, lower case, no spaces."""

    name: str
    words: tuple[str, ...]
    target: Target
    npu_clock_hz: int  # top clock of the array
    dram_bytes_per_s: int  # peak of the memory it is usually sold with
    cores: tuple[tuple[int, float], ...]  # (count, boost in GHz) of each kind of core; AMD
    flop_per_cycle: int  # fp32, of one core: two FMA pipes of 256 (32) or 512 bits (64)
    watts: float  # default TDP; AMD

    @property
    def peak_flops(self) -> float:
        """fp32 flop/s with every core at its boost clock."""
        return sum(count * ghz * 1e9 for count, ghz in self.cores) * self.flop_per_cycle

    @property
    def core_cycles_per_s(self) -> float:
        """Cycles of all cores together in a second, at boost."""
        return sum(count * ghz * 1e9 for count, ghz in self.cores)

    @property
    def npu(self) -> Target:
        """The target at this part's clock and memory.

        What the NPU itself reaches of the memory is its fabric's limit and stays the target's.
        """
        return replace(
            self.target,
            title=self.name,
            clock_hz=self.npu_clock_hz,
            dram_bytes_per_s=self.dram_bytes_per_s,
        )


_DDR5_5200, _DDR5_5600 = 83_200_000_000, 89_600_000_000
_LPDDR5X_7500, _LPDDR5X_8000_256 = 120_000_000_000, 256_000_000_000

MACHINES: tuple[Machine, ...] = (
    # Clock: TAKA, measured in turbo; 10 TOPS on its 20 cores (AMD).
    Machine(
        "Ryzen 9 7940HS",
        ("7940", "7840", "7640", "7540", "phoenix"),
        NPU1,
        1_000_000_000,
        _DDR5_5600,
        ((8, 5.2),),
        32,
        45.0,
    ),
    # Clock: DRV's table; 16 TOPS (AMD).
    Machine(
        "Ryzen 7 8845HS",
        ("8845", "8840", "8945", "8645", "8640", "hawkpoint"),
        NPU1,
        1_600_000_000,
        _DDR5_5600,
        ((8, 5.1),),
        32,
        45.0,
    ),
    # Clock: JENA's kernel of 256 multiplications in 288 instructions at 398 GFLOP/s implies it.
    Machine(
        "Ryzen 7 8700G",
        ("8700g", "8600g"),
        NPU1,
        1_750_000_000,
        _DDR5_5200,
        ((8, 5.1),),
        32,
        65.0,
    ),
    # Clock: VEGAH, 1808 MHz.
    Machine(
        "Ryzen AI 9 HX 370",
        ("hx370", "hx375", "hxpro370", "ai9365", "ai9-365", "strix", "npu4"),
        NPU2,
        1_808_000_000,
        _LPDDR5X_7500,
        ((4, 5.1), (8, 3.3)),
        32,
        28.0,
    ),
    # Clock: TAKA in turbo.
    Machine(
        "Ryzen AI 7 350",
        ("ai7350", "ai7-350", "ai7pro350", "ai5340", "krackan", "npu6"),
        NPU2,
        1_800_000_000,
        _DDR5_5600,
        ((4, 5.0), (4, 3.5)),
        32,
        28.0,
    ),
    # Clock: DRV's table; its Zen 5 cores have the whole 512-bit data path (AMD).
    Machine(
        "Ryzen AI Max+ 395",
        ("aimax+395", "aimax395", "aimaxpro395", "aimaxpro390", "aimax", "strixhalo", "npu5"),
        NPU2,
        1_800_000_000,
        _LPDDR5X_8000_256,
        ((16, 5.1),),
        64,
        55.0,
    ),
)

# A generation without a part's name: the part that `ir/target.py` took its numbers from.
_OF_TARGET = {"npu1": MACHINES[1], "npu2": MACHINES[3]}
_GENERATIONS = {"npu2": "npu2", "xdna2": "npu2", "aie2p": "npu2", "npu1": "npu1", "xdna": "npu1"}


def machine_named(text: str) -> Machine:
    """The machine that a name such as `HX 370` or `Strix HX370 (npu2)` means.

    Raises `OptionError` for a name that no part's spelling occurs in.
    """
    found = find_machine(text)
    if found is None:
        known = ", ".join(machine.name for machine in MACHINES)
        raise OptionError(f"unknown machine {text!r}", expected=f"one of {known}")
    return found


def find_machine(text: str) -> Machine | None:
    """As `machine_named`; None instead of an error. The longest spelling that occurs wins."""
    plain = "".join(text.lower().split())
    hits = [(len(w), m) for m in MACHINES for w in (*m.words, _plain(m.name)) if w in plain]
    if hits:
        return max(hits, key=lambda hit: hit[0])[1]
    return next((_OF_TARGET[t] for word, t in _GENERATIONS.items() if word in plain), None)


def machine_of(target: Target | None) -> Machine:
    """The machine that the target's numbers were taken from; the npu1 one where there is none."""
    return _OF_TARGET[target.name] if target else _OF_TARGET["npu1"]


def npu_of_part(name: str, target: Target) -> Target:
    """`target` as the part called `name` has it; as it is where that part has another or none."""
    machine = find_machine(name)
    own = machine is not None and machine.target.name == target.name
    return machine.npu if machine and own else target


def _plain(name: str) -> str:
    return "".join(name.lower().split())
