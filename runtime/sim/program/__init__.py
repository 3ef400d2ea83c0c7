"""MLIR bodies as Python generators: control flow, values, vectors and what they cost a core.

types, lanes, arithmetic, vectors, memrefs, affine    one Python expression an operation
issue                                                 cycles of a stretch of code
writer                                                the program as a whole

Stands on the array room alone; cores (load) and runtime sequences (sequence) add their own ops.
"""
