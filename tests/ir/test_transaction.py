"""The controller's instruction streams: to bytes and back, and what a damaged one says."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiec.ir.errors import DesignError
from aiec.ir.transaction import (
    BlockWrite,
    CreateScratchpad,
    LoadPdi,
    MaskWrite,
    Patch,
    Preempt,
    Sync,
    Transaction,
    UpdateFromScratchpad,
    Write,
    decode,
)

WORD, BYTE = st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFF)
OPERATION = st.one_of(
    st.builds(Write, WORD, WORD),
    st.builds(MaskWrite, WORD, WORD, WORD),
    st.builds(BlockWrite, WORD, st.lists(WORD, max_size=9).map(tuple), st.tuples(BYTE, BYTE)),
    st.builds(Sync, BYTE, BYTE, BYTE, BYTE, BYTE, BYTE),
    st.builds(Patch, WORD, st.integers(0, 40), WORD),
    st.builds(LoadPdi, st.integers(0, 0xFFFF), WORD, st.integers(0, 2**64 - 1)),
    st.builds(Preempt, BYTE),
    st.builds(CreateScratchpad, BYTE, WORD),
    st.builds(UpdateFromScratchpad, BYTE, BYTE, WORD, WORD),
)


@given(st.lists(OPERATION, max_size=20), st.sampled_from((3, 4)), st.integers(1, 8))
def test_what_was_encoded_is_decoded(operations, generation, columns):
    transaction = Transaction(generation, columns, 6, 1, tuple(operations))
    assert decode(transaction.encode()) == transaction


def test_the_header_and_a_write_by_hand():
    data = Transaction(4, 8, 6, 1, (Write(0x1A060C, 28),)).encode()
    words = struct.unpack("<10I", data)
    assert words == (0x06040100, 0x108, 1, 40, 0, 0, 0x1A060C, 0, 28, 24)


GOOD = Transaction(3, 4, 6, 1, (Sync(0, 0, 0, 0), BlockWrite(0, (1,)))).encode()


def _with(word: int, value: int) -> bytes:
    return GOOD[: 4 * word] + struct.pack("<I", value) + GOOD[4 * word + 4 :]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "file has 0 bytes; expected a header of 16 bytes, then 32-bit words"),
        (GOOD[:-2], "file has 50 bytes; expected a header of 16 bytes"),
        (_with(0, 0x06030200), "file begins with 0x06030200; expected a transaction of version"),
        (_with(0, 0x06020100), "file begins with 0x06020100; expected .* for npu1 or npu2"),
        (GOOD[:-4], "file has 48 bytes; expected 52, as its header says"),
        (_with(2, 3), "file has 2 operations; expected 3, as its header says"),
        (_with(4, 0x77), "operation 0x77 is not known; at file, byte 0x10; expected one of 0x0"),
        (_with(11, 400), "the last operation is cut off; at file, byte 0x20; expected 100 words"),
        (_with(11, 12), "a block write of 12 bytes; at file, byte 0x20; expected 16 bytes and"),
    ],
)
def test_damaged_streams_are_refused(data, message):
    with pytest.raises(DesignError, match=message):
        decode(data, "file")
