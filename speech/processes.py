"""Work for several processes: each asks for its next item when it is done with the one before.

Where it stands: below `many.py`; knows nothing of speech. A process that dies costs only the item
it had, which is told as failed; an error that a worker raises concerns all items and ends the run.
Workers end with the process that started them, even if that one is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[T], str | None]

_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy torch's threads half


@dataclass(slots=True)
class _Worker:
    """A process, the line to it, and where in the items its present one is."""

    process: SpawnProcess
    line: Connection
    at: int = -1

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


def in_processes(
    items: Sequence[T], make: Callable[[], Work[T]], jobs: int
) -> Iterator[tuple[T, str | None]]:
    """Do `items` in `jobs` processes; give each as it ends, with what its work said.

    Args:
        make: called once in each process, for what does the work there; both it and the items go
            there by pickle.

    Raises:
        Exception: what `make` or its work raised; whoever else works is ended.
    """
    waiting = iter(range(len(items)))
    workers: list[_Worker] = []
    try:
        workers.extend(_start(make) for _ in range(jobs))
        busy = [worker for worker in workers if _give(worker, items, waiting)]
        while busy:
            ready = wait([worker.line for worker in busy])
            for worker in [worker for worker in busy if worker.line in ready]:
                yield items[worker.at], _answer(worker)
                busy.remove(worker)
                worker = _alive(worker, workers, make)
                if _give(worker, items, waiting):
                    busy.append(worker)
    finally:
        for worker in workers:
            worker.end()


def _start(make: Callable[[], Work[T]]) -> _Worker:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    ours.send(make)  # rather than as an argument: so it is imported when _serve is in charge
    return _Worker(process, ours)


def _alive(worker: _Worker, workers: list[_Worker], make: Callable[[], Work[T]]) -> _Worker:
    """`worker`, or one in its place if its process died."""
    if worker.process.exitcode is None:
        return worker
    worker.end()
    workers.remove(worker)
    workers.append(_start(make))
    return workers[-1]


def _give(worker: _Worker, items: Sequence[T], waiting: Iterator[int]) -> bool:
    worker.at = next(waiting, -1)
    if worker.at < 0:
        return False
    with suppress(BrokenPipeError):  # it died since; its line tells so when it is read
        worker.line.send(items[worker.at])
    return True


def _answer(worker: _Worker) -> str | None:
    try:
        answer = worker.line.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        return f"its process {_how_it_ended(worker.process.exitcode or 0)}"
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _how_it_ended(exitcode: int) -> str:
    if exitcode >= 0:
        return f"ended with status {exitcode}"
    return f"was killed by {signal.Signals(-exitcode).name}"


def _serve(line: Connection) -> None:
    """A worker's life: take an item, answer, until the line is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the parent too, which ends us
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work = line.recv()()
        while True:
            line.send(work(line.recv()))
    except (EOFError, BrokenPipeError):  # the parent is gone
        return
    except Exception as error:
        error.add_note(f"in a worker:\n{traceback.format_exc()}")  # the other end has another stack
        line.send(error)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
