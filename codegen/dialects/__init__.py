"""The dialects aie and aiex of MLIR-AIE: reads E0 to E3 into one form, writes E1 or E2.

    parse          text -> ModuleOp      reading.py, then normalise.py
    print_module   ModuleOp -> text      writing.py
    location       op -> (line, column) of the text it was read from

The ops stand in `structure`, `locks`, `dma`, `routing`, `objectfifo`, `npu`, `tasks`, `trace`;
`scalars` says how a number that may be an integer or an SSA value is kept, `addresses` where
mlir-aie puts buffers, `places` on which tile a value lies.
"""

from aiec.codegen.dialects.locations import describe, location
from aiec.codegen.dialects.reading import parse, verify
from aiec.codegen.dialects.writing import print_module

__all__ = ["describe", "location", "parse", "print_module", "verify"]
