"""The board: the made-up NPU under AMD's real XRT, in a process outside the Debian tree.

wire.py     what the driver's stand-in (`../driver`) and the board say to each other
image.py    a design in place of the PDI that mlir-aie's aiecc makes
faults.py   what can go wrong, by name
context.py  one hardware context: a design on an array of its own
npu.py      the NPU: contexts of all processes, one queue, faults, counts
serve.py    the socket in the Debian tree that the stand-in connects to
"""
