"""Work ahead: items are worked on in a thread of their own, so many before they are asked for.

Where it stands: under `transcribe.py` and `asr.py`; knows nothing of speech. Order stays, and an
error of an item comes when that item is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from queue import Queue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
_END_S = 5.0  # to let the thread finish what it is at, when nobody asks for more


def ahead(
    items: Iterable[T], work: Callable[[T], R], depth: int
) -> Generator[tuple[T, R], None, None]:
    """Each of `items` with what `work` makes of it, in order.

    Args:
        depth: how many may be finished or under way before they are asked for; with 0, `work` is
            done when its item is asked for, and there is no thread.

    Raises:
        BaseException: what `work` raised, in the place of its item; nothing comes after it.
    """
    if depth == 0:
        yield from ((item, work(item)) for item in items)
        return
    results: Queue[tuple[T, R] | BaseException | None] = Queue()
    room, ended = threading.Semaphore(depth), threading.Event()

    def produce() -> None:
        try:
            for item in items:
                room.acquire()
                if ended.is_set():
                    return
                results.put((item, work(item)))
        except BaseException as error:
            results.put(error)
        else:
            results.put(None)

    thread = threading.Thread(target=produce, name="aiec works ahead", daemon=True)
    thread.start()
    try:
        while (result := results.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            room.release()
            yield result
    finally:
        ended.set()
        room.release()
        thread.join(_END_S)
