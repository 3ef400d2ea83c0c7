"""A stand-in of pyxrt, strict where the real module is dangerous.

A buffer has two memories with lines of 64 bytes between them, so that a missing flush shows, or
invalidate; what the host's cache still holds is written back after a run. What crashes, is
undefined or goes wrong quietly in the real module fails here at once. `standin(release, board)`
makes a module of one release of XRT. `facts.json` lists the real one's names and numbers.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from xrt_standin.board import STATES, Board, Queue, loaded

RELEASES = ("2.20", "2.21", "2.23", "2.26")
LINE = 64
_DIRTY = 0xA5


class Enum:
    """As pybind11's plain enums: equal to ints, hashable, and nothing else."""

    names: ClassVar[dict[str, int]] = {}

    def __init__(self, number: int) -> None:
        self._number = int(number)

    def __int__(self) -> int:
        return self._number

    __index__ = __int__

    def __hash__(self) -> int:
        return hash(self._number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, Enum)) and self._number == int(other)

    def __repr__(self) -> str:
        name = next((n for n, v in self.names.items() if v == self._number), "???")
        return f"<{type(self).__name__}.{name}: {self._number}>"

    @property
    def name(self) -> str:
        """Its name, ??? if it has none."""
        return next((n for n, v in self.names.items() if v == self._number), "???")


def _enum(title: str, names: dict[str, int]) -> type[Enum]:
    made = type(title, (Enum,), {"names": names})
    for name, number in names.items():
        setattr(made, name, made(number))
    return made


ert_cmd_state: Any = _enum("ert_cmd_state", {f"ERT_CMD_STATE_{n}": v for n, v in STATES.items()})
xclBOSyncDirection: Any = _enum(  # noqa: N816
    "xclBOSyncDirection",
    {"XCL_BO_SYNC_BO_TO_DEVICE": 0, "XCL_BO_SYNC_BO_FROM_DEVICE": 1,
     "XCL_BO_SYNC_BO_GMIO_TO_AIE": 2, "XCL_BO_SYNC_BO_AIE_TO_GMIO": 3},
)  # fmt: skip
_FLAGS = {
    "normal": 0, "cacheable": 1 << 24, "device_only": 1 << 28, "host_only": 1 << 29,
    "p2p": 1 << 30, "svm": 1 << 27,
}  # fmt: skip
HOST, SRAM = 0x10000, 0x10001  # group ids: slot 1, bank 0 or 1


def standin(release: str, board: Board) -> Any:
    """A module as XRT's of `release`, on `board`."""
    assert release in RELEASES
    made = SimpleNamespace(
        ert_cmd_state=ert_cmd_state,
        xclBOSyncDirection=xclBOSyncDirection,
        enumerate_devices=lambda: 1,
        release=release,
    )
    for kind in (device, xclbin, hw_context, kernel, run, runlist, bo):
        bound = type(kind.__name__, (kind,), {"board": board, "release": release})
        setattr(made, kind.__name__, bound)
    made.bo.flags = _enum("flags", _FLAGS)
    for name in _FLAGS:
        setattr(made.bo, name, getattr(made.bo.flags, name))
    return made


class _Bound:
    board: Board
    release: str


class device(_Bound):  # noqa: N801
    """`device(index)`."""

    def __init__(self, index: int = -1) -> None:
        assert index == 0, "a default-constructed device crashes at its first call"
        self.board.meet("device")
        self.registered: dict[str, xclbin] = {}

    def register_xclbin(self, given: xclbin) -> str:
        """Its uuid, for a context."""
        self.board.meet("register_xclbin")
        self.registered[given.get_uuid()] = given
        return given.get_uuid()

    def load_xclbin(self, given: xclbin) -> str:
        """As `register_xclbin`; not to be used."""
        warnings.warn("load_xclbin is deprecated", DeprecationWarning, stacklevel=2)
        return self.register_xclbin(given)

    def __del__(self) -> None:
        self.board.ends.append("device")


class xclbin(_Bound):  # noqa: N801
    """What `write_xclbin` wrote."""

    def __init__(self, path: str) -> None:
        if type(path) is not str:
            raise TypeError("xclbin(): incompatible constructor arguments")
        if not Path(path).is_file():
            raise RuntimeError(f"No such file '{path}'")
        self.content = loaded(Path(path))

    def get_uuid(self) -> str:
        """One for each file."""
        return str(self.content["folder"])

    def get_kernels(self) -> list[Any]:
        """The one kernel."""
        arguments = 3 + self.content["buffers"]
        name = self.content.get("kernel", "MLIR_AIE")
        return [SimpleNamespace(get_name=lambda: name, get_num_args=lambda: arguments)]


class hw_context(_Bound):  # noqa: N801
    """A context; its slot is free when nothing made from it is left."""

    def __init__(self, dev: device, uuid: str) -> None:
        self.board.meet("hw_context")
        if uuid not in dev.registered:
            raise RuntimeError(f"No xclbin with uuid '{uuid}'")
        self.xclbin = dev.registered[uuid]
        too_wide = self.xclbin.content["columns"] > self.board.columns
        self.counted = not too_wide and self.board.open_contexts < self.board.contexts
        if not self.counted:
            raise RuntimeError(
                "DRM_IOCTL_AMDXDNA_CREATE_HWCTX IOCTL failed (err=-22): Invalid argument"
            )
        self.board.open_contexts += 1
        self.dev = dev
        self.queue = Queue(self.board, self.xclbin.content["artifact"])

    def __del__(self) -> None:
        if getattr(self, "counted", False):
            self.board.open_contexts -= 1
            self.board.ends.append("hw_context")


class kernel(_Bound):  # noqa: N801
    """`kernel(context, name)`."""

    def __init__(self, context: hw_context, name: str) -> None:
        if not isinstance(context, hw_context):
            raise TypeError("kernel(): the form with a device is deprecated; not to be used")
        if name != context.xclbin.get_kernels()[0].get_name():
            raise RuntimeError(f"No such kernel '{name}': Invalid argument")
        self.context = context
        self.arguments = context.xclbin.get_kernels()[0].get_num_args()

    def group_id(self, argument: int) -> int:
        """Slot and bank of an argument."""
        return 0x1FFFF if argument in (0, 2) else SRAM if argument == 1 else HOST

    def __call__(self, *args: Any) -> Any:
        raise AssertionError("kernel(...) swallows errors: not to be used")

    def __del__(self) -> None:
        self.board.ends.append("kernel")


class bo(_Bound):  # noqa: N801
    """A buffer object; the device's side is another memory."""

    flags: Any

    def __init__(self, dev: Any, size: int, flags: Any, group: int) -> None:
        self.board.meet("bo")
        if isinstance(dev, hw_context) and self.release in ("2.20", "2.21"):
            raise TypeError("bo(): incompatible constructor arguments")
        if type(flags) is int or int(flags) not in (_FLAGS["host_only"], _FLAGS["cacheable"]):
            raise RuntimeError("unsupported buffer type")
        self.group, lines = group, -(-size // LINE) * LINE
        self._size = size
        self._host = np.full(lines, _DIRTY, np.uint8)
        self.there = np.full(lines, _DIRTY ^ 0xFF, np.uint8)
        self._clean = ~self._host  # all of a new buffer is in the cache
        self.alive = True

    def size(self) -> int:
        """In bytes."""
        return self._size

    def address(self) -> int:
        """Of the device's side."""
        return 0xDEAD0000

    def map(self) -> memoryview:
        """The host's side; it keeps nothing alive."""
        return memoryview(self._host.data)[: self._size]

    def write(self, content: Any, seek: int) -> None:
        """Copy into the host's side."""
        given = np.asarray(content)
        assert given.flags.c_contiguous, "strides are ignored: wrong bytes would be copied"
        data = given.view(np.uint8).reshape(-1)
        if seek + data.size > self._size:
            raise RuntimeError("attempting to write past buffer size: Invalid argument")
        self._host[seek : seek + data.size] = data

    def sync(self, direction: Any, size: int | None = None, offset: int | None = None) -> None:
        """Whole lines of a range, one way or the other."""
        if not isinstance(direction, xclBOSyncDirection) or (size is None) != (offset is None):
            raise TypeError("sync(): incompatible function arguments")
        self.board.meet("sync")
        first = offset or 0
        end = first + (self._size if size is None else size)
        if end > self._size:
            raise RuntimeError("sync past the end: Invalid argument")
        lines = slice(first // LINE * LINE, -(-end // LINE) * LINE)
        self.board.synced[f"{direction.name}"] += end - first
        if direction == xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE:
            self.there[lines] = self._host[lines]
        else:
            self._host[lines] = self.there[lines]
        self._clean[lines] = self._host[lines]

    def write_back(self) -> None:
        """The cache gives up what it holds, as it may at any time."""
        held = (self._host != self._clean).reshape(-1, LINE).any(1).repeat(LINE)
        self.there[held] = self._host[held]

    def __del__(self) -> None:
        if getattr(self, "alive", False):
            self._host[:] = _DIRTY  # who reads it now reads freed memory
            self.board.ends.append("bo")


class run(_Bound):  # noqa: N801
    """`run(kernel)`."""

    def __init__(self, of: kernel | None = None) -> None:
        assert of is not None, "a default-constructed run crashes at its first call"
        self.kernel, self.queue = of, of.context.queue
        self.number, self.looks, self.listed = STATES["NEW"], 0, False
        self._arguments: dict[int, Any] = {}

    def set_arg(self, place: int, value: Any) -> None:
        """An integer, or a buffer object of the right bank."""
        assert place < self.kernel.arguments, "past the declared arguments: undefined"
        if isinstance(value, bo):
            if value.group != self.kernel.group_id(place):
                print("Allocating local copy of argument buffer in connected bank", file=sys.stderr)
                raise AssertionError("wrong bank: outputs would never reach the buffer")
            assert place in (1, *range(3, self.kernel.arguments))
        elif not isinstance(value, (int, np.integer)) or not -(2**31) <= int(value) < 2**31:
            raise TypeError("set_arg(): incompatible function arguments")
        self._arguments[place] = value

    def start(self) -> None:
        """Hand it to the driver."""
        if self.listed:
            raise RuntimeError("Run object belongs to a runlist and cannot be explicitly started")
        if self.number in (3, STATES["SUBMITTED"]):
            raise RuntimeError("bad command state, can't launch")
        self.queue.start([self])

    def state(self) -> Any:
        """Of the last start; stays new in a list."""
        self.board.meet("state")
        if self.listed:
            return ert_cmd_state(STATES["NEW"])
        self.queue.look(self)
        return ert_cmd_state(self.number)

    def wait(self, ms: int | None = None) -> Any:
        """Not to be used: it holds all threads."""
        raise AssertionError("run.wait holds the GIL: poll state()")

    wait2 = add_callback = wait

    def compute(self, array: Any) -> None:
        """Called by the queue: what the stream does to the device's side."""
        assert self._arguments[0] == 3, "the opcode of a transaction stream"
        stream = self._arguments[1]
        assert self._arguments[2] in (stream.size(), stream.size() // 4)
        buffers = [self._arguments[p] for p in sorted(self._arguments) if p >= 3]
        array.run(stream.there[: stream.size()].tobytes(), [b.there[: b.size()] for b in buffers])
        for buffer in buffers:
            buffer.write_back()


class runlist(_Bound):  # noqa: N801
    """`runlist(context)`."""

    def __init__(self, context: hw_context | None = None) -> None:
        assert context is not None, "a default-constructed runlist crashes when it is executed"
        self._context, self._runs = context, list[Any]()
        self._last = 0

    def add(self, item: run) -> None:
        """Take a run of the same context."""
        assert item.kernel.context is self._context
        item.listed = True
        self._runs.append(item)

    def execute(self) -> None:
        """Hand the list to the driver as one command."""
        assert self._runs and len(self._runs) <= 24, "longer lists are several commands"
        self._context.queue.start(self._runs)

    def wait(self, *timeout: Any) -> None:
        """Until all is done; it holds all threads, so that nothing may be left to do."""
        if timeout:
            raise TypeError("wait(): incompatible function arguments")
        self.board.calls["runlist.wait"] += 1
        for item in self._runs:
            item.looks = 0
            self._context.queue.look(item)
            if item.number != STATES["COMPLETED"]:
                name = ert_cmd_state(item.number).name
                raise RuntimeError(f"runlist failed execution ({name})")
