"""Where buffers without an address lie: in the bank that the text gives, bank 0 too."""

from aiec.codegen.dialects import parse
from aiec.codegen.dialects.addresses import Addresses
from aiec.codegen.dialects.structure import DeviceOp
from aiec.ir.target import NPU1

BANKS = """
module { aie.device(npu1) {
%t = aie.tile(0, 2)
%a = aie.buffer(%t) {mem_bank = 0 : i32, sym_name = "a"} : memref<8xi32>
%b = aie.buffer(%t) {mem_bank = 1 : i32, sym_name = "b"} : memref<8xi32>
%c = aie.buffer(%t) {mem_bank = 0 : i32, sym_name = "c"} : memref<8xi32>
} }
"""


def test_buffers_lie_in_the_banks_that_they_name():
    device = next(op for op in parse(BANKS).walk() if isinstance(op, DeviceOp))
    addresses = Addresses(device, NPU1, aligns=True)
    assert [addresses.of(op, op) for op in addresses.buffers] == [0, 16384, 32]
