"""Runtime sequences assembled to the streams that the NPU's controller reads.

    assemble   a parsed design -> its sequences' transactions, by name
    streams    a design that was just built -> the bytes of its sequences

    layout.py       where buffers (`dialects/addresses.py`), locks and shim channels lie
    values.py       numbers and memories of a sequence, loops counted out
    descriptor.py   an access pattern as the fields of a descriptor
    commands.py     transfers, waits, parameters, register writes
    tasks.py        tasks: chains of descriptors configured, started, awaited
    sequence.py     the walk over a sequence

What comes out is, bit for bit, what mlir-aie makes of the same text. It refuses what needs more
than the text says: numbers of run time, reconfiguration, control packets.
"""

from aiec.codegen.instructions.sequence import assemble, streams

__all__ = ["assemble", "streams"]
