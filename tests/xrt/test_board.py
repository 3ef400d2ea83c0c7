"""The board without XRT: its words are the driver's, its faults come when they are due."""

from __future__ import annotations

import re
from threading import Event
from typing import Any, cast

import numpy as np
import pytest
from board import wire
from board.context import Client
from board.faults import NAMES, Faults
from board.image import unpack
from board.npu import FACTS, Npu
from board.wire import Kind, Message, State
from debian import HERE, why_not

from aiec.ir.errors import DesignError

HEADER = (HERE / "driver" / "wire.h").read_text()


def test_kinds_of_messages_are_those_of_the_driver():
    (body,) = re.findall(r"enum message_kind \{(.*?)\};", HEADER, re.DOTALL)
    names = re.findall(r"^\s*([A-Z_]+)(?: = \d+)?,", body, re.MULTILINE)
    assert names == [kind.name for kind in Kind]
    assert [Kind[name] for name in names] == list(range(1, len(names) + 1))


def test_message_comes_back_as_it_was():
    message = Message(Kind.ENDED, 3, State.TIMEOUT, 7, 1 << 40, b"more")
    assert wire.decode(message.encode()) == message
    assert len(Message(Kind.OPEN).encode()) == 32  # struct message


def test_runs_are_read_with_the_arguments_that_they_have():
    places = [10, 1, 20, 2, *[0] * 28]
    payload = wire._RUN.pack(5, 64, 3, 2, *places)
    (run,) = wire.runs_of(payload)
    assert (run.opcode, run.stream) == (3, wire.Span(5, 64))
    assert run.arguments == (wire.Span(10, 1), wire.Span(20, 2))


def test_fault_comes_after_so_many_and_so_often():
    faults = Faults()
    faults.inject("out_of_memory", after=2, count=2)
    got = [faults.of_request(Kind.CREATE_BUFFER) for _ in range(6)]
    assert got == [0, 0, -12, -12, 0, 0]


def test_fault_of_a_contexts_first_run_waits_for_one():
    faults = Faults()
    faults.inject("firmware_mismatch")
    assert faults.of_run(is_first=False) == []
    assert faults.of_run(is_first=True) == ["firmware_mismatch"]


def test_cleared_faults_do_not_come():
    faults = Faults()
    for name in NAMES:
        faults.inject(name)
    faults.clear()
    assert faults.of_run(is_first=True) == []
    assert faults.of_request(Kind.OPEN) == 0


class _Array:
    """In place of a simulator that is only configured."""

    def configure_anew(self) -> None:
        pass


def test_what_is_submitted_when_a_timeout_is_told_is_not_aborted():
    npu = Npu("npu2", FACTS["npu2"])
    client = Client(1, "test", np.zeros(0, np.uint8))
    number = npu.answer(client, Message(Kind.CREATE_CONTEXT, a=8), print).context
    (context,) = npu.contexts
    context.target, context.simulator = "npu2", cast(Any, _Array())
    npu.faults.inject("watchdog")
    npu.faults.inject("error", after=1)  # of the run that follows
    ends: list[tuple[int, int]] = []
    all_ended = Event()
    payload = wire._RUN.pack(0, 0, 3, 0, *[0] * 32)

    def submit(turn: int) -> None:
        npu.answer(client, Message(Kind.SUBMIT, number, a=turn, payload=payload), end)

    def end(message: Message) -> None:
        ends.append((message.a, message.status))
        if message.status == State.TIMEOUT:
            submit(3)
        if message.a == 3:
            all_ended.set()

    submit(1)
    submit(2)  # queued behind: lost with the context
    npu.start()
    assert all_ended.wait(30)
    npu.stop()
    assert ends == [(1, State.TIMEOUT), (2, State.ABORT), (3, State.ERROR)]


def test_unknown_fault_is_refused_with_the_known():
    with pytest.raises(ValueError, match=r"there is no fault 'bad luck', only no_driver, .*lost"):
        Faults().inject("bad luck")


def test_image_of_something_else_is_refused():
    with pytest.raises(DesignError, match="this is no image of a design"):
        unpack(b"\x7fELF")


def test_tree_that_is_not_set_up_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert why_not(tmp_path / "root") == f"{tmp_path / 'root'} is not set up: run `make xrt`"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert why_not(tmp_path) == "a chroot takes root"
