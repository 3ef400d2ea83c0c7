"""What a simulated run tells about time. All of it is simulated, none measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CoreTime:
    """Where one core's cycles went. `kernel_calls`: external functions called."""

    name: str
    compute_cycles: int
    lock_cycles: int
    stream_cycles: int
    idle_cycles: int
    kernel_calls: int


@dataclass(frozen=True, slots=True)
class ChannelTime:
    """What one DMA channel moved, and how long it was busy, or waited for a lock or its peers.

    tasks: of a shim's channel, each task's cycles of push and end, counted from the load.
    """

    name: str
    moved_bytes: int
    busy_cycles: int
    lock_cycles: int
    stream_cycles: int
    tasks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One run of a runtime sequence, with sentences about it.

    notes: what is left over, was ignored or never written. warnings: what hardware would not do.
    """

    device: str
    sequence: str
    cycles: int
    clock_hz: int
    cores: tuple[CoreTime, ...]
    channels: tuple[ChannelTime, ...]
    ddr_bytes: int
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    simulated: bool = True

    @property
    def microseconds(self) -> float:
        """Simulated time at the target's clock; dispatch by the host is not in it."""
        return self.cycles / self.clock_hz * 1e6

    @property
    def kernel_calls(self) -> int:
        """External functions called by all cores."""
        return sum(core.kernel_calls for core in self.cores)

    def lines(self) -> list[str]:
        """The report for a person, one line a core and busy channel."""
        out = [
            f"{self.device} {self.sequence}: {self.cycles} cycles, "
            f"{self.microseconds:.1f} us at {self.clock_hz / 1e9:g} GHz (simulated), "
            f"{self.ddr_bytes} bytes through DDR"
        ]
        for core in self.cores:
            out.append(
                f"  {core.name}: compute {core.compute_cycles}, lock {core.lock_cycles}, "
                f"stream {core.stream_cycles}, idle {core.idle_cycles}"
            )
        for channel in self.channels:
            if channel.moved_bytes:
                out.append(
                    f"  {channel.name}: {channel.moved_bytes} bytes, busy {channel.busy_cycles}, "
                    f"lock {channel.lock_cycles}, stream {channel.stream_cycles}"
                )
        out += [f"  warning: {warning}" for warning in self.warnings]
        return [*out, *(f"  note: {note}" for note in self.notes)]
