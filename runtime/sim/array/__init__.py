"""The simulated array itself: time, memories, locks, DMA channels, streams and cores.

access, limits, pad          the patterns that descriptors move, and what their registers can hold
engine, timing, spans        time: the event loop, every cost in cycles, what happened when
memory, tile_locks, tokens   what channels and cores share
channels, stream, packet     how bytes move
control, cascade, core_stream, process, faults
scratchpad, switch_ports, unwritten
machine                      all of it together, made on first use

Knows no text: nothing here reads an operation's operands.
"""
