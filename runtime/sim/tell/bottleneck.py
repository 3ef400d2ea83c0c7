"""Where a run's time went, in words: which of the array's resources was used most, and who waited.

After timeline.py; floor_plan.py shows the sentences. Utilisation is of the whole run: of a core its
cycles of compute, of a channel its bytes against the stream's rate, of DDR all shim bytes against
its bandwidth, of the sequence its cycles of issuing. The resource with the highest bounds the run;
where none comes to `BOUND`, latency does, and the sentence says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from aiec.ir.registers import SHIM_ROW
from aiec.runtime.sim.tell.timeline import ChannelRow, Timeline

BOUND = 0.75  # a resource used less has room for a third more work: it bounds nothing alone
WORTH_TELLING = 0.005  # less is 0 % in words
CLOSE = 0.95  # of the highest use: a resource this near is told of in the same breath


@dataclass(frozen=True, slots=True)
class Rates:
    """What the chip could do, in bytes a cycle."""

    stream: float
    ddr: float


@dataclass(frozen=True, slots=True)
class Use:
    """One resource: its kind, its share of use (1 = all the time), the fact, the rows it is."""

    kind: str
    share: float
    fact: str
    rows: tuple[str, ...] = ()


def verdict(run: Timeline, rates: Rates) -> Use:
    """The resource that bounds the run; `fact` is the whole sentence."""
    top, *others = sorted(_uses(run, rates), key=lambda use: -use.share)
    if top.share < BOUND:
        lock, stream = _shares(run)[1:]
        waits = f"cores wait {_percent(lock + stream)} of it" if run.cores else "no core runs"
        fact = (
            f"latency bound: nothing is used {_percent(BOUND)} of the time, {waits}; "
            f"most used: {top.fact}"
        )
        return Use("latency", top.share, fact, top.rows)
    close = [use.fact for use in others if use.share >= CLOSE * top.share]
    behind = f"; close behind: {', '.join(close)}" if close else ""
    return Use(top.kind, top.share, f"{top.kind} bound: {top.fact}{behind}", top.rows)


def sentences(run: Timeline, rates: Rates) -> tuple[str, ...]:
    """The rest of the story, one fact each."""
    uses = sorted(_uses(run, rates), key=lambda use: -use.share)
    facts = [use.fact for use in uses if use.share >= WORTH_TELLING]
    return (_cores(run), *_kernels(run), *_longest_wait(run), *facts, *_busiest(run, rates))


def _uses(run: Timeline, rates: Rates) -> list[Use]:
    """Every resource; there is always one, the sequence."""
    share = run.sequence_cycles / run.cycles
    uses = [Use("issue", share, f"the sequence writes registers {_percent(share)} of the time")]
    if run.cores:
        core = max(run.cores, key=lambda core: int(core.compute.sum()))
        share = int(core.compute.sum()) / run.cycles
        fact = f"the busiest core computes {_percent(share)} of the time"
        uses.append(Use("compute", share, fact, tuple(core.name for core in run.cores)))
    moved = int(run.ddr_bytes.sum())
    if moved:
        uses.append(_ddr(run, moved, rates.ddr))
    if run.channels:
        uses.append(_fullest(run, rates))
    return uses


def _ddr(run: Timeline, moved: int, rate: float) -> Use:
    share = moved / run.cycles / rate
    fact = (
        f"{moved:,} bytes cross DDR at {moved / run.cycles:.2f} of {rate:.2f} bytes a cycle "
        f"({_percent(share)})"
    )
    return Use("DDR", share, fact, tuple(c.name for c in run.channels if c.row == SHIM_ROW))


def _fullest(run: Timeline, rates: Rates) -> Use:
    """The channel that moved most."""
    channel = max(run.channels, key=lambda channel: int(channel.moved_bytes.sum()))
    share = int(channel.moved_bytes.sum()) / run.cycles / rates.stream
    kind = "shim" if channel.row == SHIM_ROW else "stream"
    fact = f"{channel.name} moves {_percent(share)} of what a stream can"
    return Use(kind, share, fact, (channel.name,))


def _shares(run: Timeline) -> tuple[float, float, float]:
    """Mean shares of compute, lock and stream over all cores."""
    all_cycles = max(1, len(run.cores)) * run.cycles
    compute = sum(int(core.compute.sum()) for core in run.cores)
    lock = sum(int(core.lock.sum()) for core in run.cores)
    stream = sum(int(core.stream.sum()) for core in run.cores)
    return compute / all_cycles, lock / all_cycles, stream / all_cycles


def _cores(run: Timeline) -> str:
    if not run.cores:
        return "no core has a program: the DMAs do all"
    compute, lock, stream = _shares(run)
    noun = "core" if len(run.cores) == 1 else "cores"
    idle = max(0.0, 1 - compute - lock - stream)
    return (
        f"{len(run.cores)} {noun}: compute {_percent(compute)}, lock stall {_percent(lock)}, "
        f"stream stall {_percent(stream)}, idle {_percent(idle)} of the time"
    )


def _spent(run: Timeline) -> tuple[dict[str, int], dict[str, int]]:
    """Cycles of all cores by kernel, and by what they waited for."""
    kernels: dict[str, int] = defaultdict(int)
    waits: dict[str, int] = defaultdict(int)
    for core in run.cores:
        for what, cycles in core.spent:
            (waits if what.startswith("waits for ") else kernels)[what] += cycles
    return kernels, waits


def _kernels(run: Timeline) -> list[str]:
    kernels, _ = _spent(run)
    total = max(1, len(run.cores)) * run.cycles
    top = sorted(kernels.items(), key=lambda item: -item[1])[:4]
    parts = [
        f"{name} {_percent(cycles / total)}"
        for name, cycles in top
        if cycles >= WORTH_TELLING * total
    ]
    return [f"of the cores' time: {', '.join(parts)}"] if parts else []


def _longest_wait(run: Timeline) -> list[str]:
    _, waits = _spent(run)
    what, cycles = max(waits.items(), key=lambda item: item[1], default=("", 0))
    if cycles < WORTH_TELLING * run.cycles:
        return []
    return [f"the longest stall: a core {what}, {_percent(cycles / run.cycles)} of the time"]


def _busiest(run: Timeline, rates: Rates) -> list[str]:
    """The channel that was longest under way: far below the stream's rate, others hold it up."""

    def busy(channel: ChannelRow) -> int:
        return int(channel.busy.sum())

    channel = max(run.channels, key=busy, default=None)
    if channel is None or busy(channel) < WORTH_TELLING * run.cycles:
        return []
    rate = int(channel.moved_bytes.sum()) / busy(channel)
    share, holder = busy(channel) / run.cycles, "DDR or " if channel.row == SHIM_ROW else ""
    slow = f": {holder}its other end slows it" if rate < BOUND * rates.stream else ""
    return [
        f"{channel.name} is longest under way, {_percent(share)} of the time, "
        f"at {rate:.2f} of {rates.stream:g} bytes a cycle{slow}"
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
