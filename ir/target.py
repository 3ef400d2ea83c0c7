"""What a chip is: one frozen record a target, every field with its unit and its source.

Sources, by short name:
    TM: mlir-aie `include/aie/Dialect/AIE/IR/AIETargetModel.h`, 14 Aug 2026.
    REGDB: mlir-aie's AIE2 register database (AM025).
    AM020: AMD AIE-ML architecture manual.
    TAKA: arXiv:2512.13282 (GEMM on XDNA and XDNA2).
    IGNI: jdominick05/ignite-xdna 006d3aee, docs/SILICON.md (Ryzen 7 8700G at 1.80 GHz).
    DRV: amd/xdna-driver, 21 Aug 2026.
    AIR: Xilinx/mlir-air kernel registry and profiles, 22 Aug 2026.
    VEGAH, HW254, WXDNA: measurements of the open Npu-Embeddings and whisper-xdna projects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiec.ir.errors import OptionError, nearest


@dataclass(frozen=True, slots=True)
class DmaLimits:
    """What one tile's DMA can hold. Widths are of the register fields. Source: TM, REGDB."""

    channels: int  # each direction
    bds: int  # buffer descriptors
    dims: int  # address dimensions, the iteration dimension not counted
    wrap_bits: int  # size of a dimension
    step_bits: int  # stride in 4-byte words, stored minus one
    length_bits: int  # length of a transfer in 4-byte words
    locks: int
    iteration_wrap: int = 64  # REGDB: 6-bit field
    queue_depth: int = 4  # tasks a channel; AM020, shim DMA page
    max_repeat: int = 256  # REGDB: 8-bit field, stored minus one


@dataclass(frozen=True, slots=True)
class Target:
    """One NPU generation as a compiler sees it. Clock and memory are of a named machine (SKU)."""

    name: str
    title: str  # the machine that clock and bandwidth were taken from
    aie_device: str  # device name in MLIR-AIE text; TM
    isa: str  # aie2 | aie2p; TM
    columns: int  # that mlir-aie can use; TM
    core_rows: int  # TM
    first_core_row: int  # 0 is the shim, 1 the mem tiles; TM
    clock_hz: int
    core_memory_bytes: int  # TM
    core_stack_bytes: int  # where a text gives none; TM
    core_program_bytes: int  # REGDB
    core_banks: int  # logical 16 KB banks; TM getNumBanks
    mem_tile_bytes: int  # TM
    stream_bytes_per_cycle: int  # one DMA channel or switch port; AM020, TAKA table 1
    bf16_macs_per_cycle: int  # of one core, native bf16, fp32 accumulation
    bfp16_macs_per_cycle: int  # of one core; 0 where it multiplies none
    ddr_bytes_per_s: int  # seen by the NPU in one direction, long runs
    ddr_both_bytes_per_s: int  # in both directions together
    dispatch_us: float  # one warm submission with its wait
    host_us: float  # host software around a submission; AIR
    switch_us: float  # between two resident designs
    dram_bytes_per_s: int  # peak of the machine's DRAM, which CPU and NPU share
    npu_watts: float  # of the busy array
    dram_pj_per_byte: float  # energy of a byte that crosses DRAM, picojoules
    max_contexts: int  # DRV
    watchdog_us: float  # driver's time-out of one submission; DRV
    max_lock_value: int  # TM, REGDB: 6 bits, unsigned
    core: DmaLimits
    mem: DmaLimits
    shim: DmaLimits

    @property
    def cores(self) -> int:
        """Cores that a design can use."""
        return self.columns * self.core_rows

    @property
    def dtypes(self) -> tuple[str, ...]:
        """What an encoder's products can keep of activations; the last one is the fastest."""
        return ("bf16", "bfp16") if self.isa == "aie2p" else ("bf16",)

    @property
    def peak_bf16_flops(self) -> float:
        """Two flop a MAC, all cores, native bf16, in flop/s."""
        return 2.0 * self.bf16_macs_per_cycle * self.cores * self.clock_hz

    @property
    def peak_flops(self) -> float:
        """The same of the fastest products that our kernels take, flop/s."""
        rate = max(self.bf16_macs_per_cycle, self.bfp16_macs_per_cycle)
        return 2.0 * rate * self.cores * self.clock_hz

    def with_sku(
        self, *, clock_hz: int | None = None, ddr_bytes_per_s: int | None = None
    ) -> Target:
        """Return this target at another machine's clock (Hz) or memory bandwidth of a direction
        (B/s), with which that of both changes."""
        ddr = ddr_bytes_per_s or self.ddr_bytes_per_s
        return replace(
            self,
            clock_hz=clock_hz or self.clock_hz,
            ddr_bytes_per_s=ddr,
            ddr_both_bytes_per_s=self.ddr_both_bytes_per_s * ddr // self.ddr_bytes_per_s,
        )


# Source: TM 657-710 (getDmaBdMaxLen, getDmaBdWrapBits, getDmaBdStepBits, getBDMaxDims); identical
# for AIE2 and AIE2P.
_CORE_DMA = DmaLimits(2, 16, 3, wrap_bits=8, step_bits=13, length_bits=14, locks=16)
_MEM_DMA = DmaLimits(6, 48, 4, wrap_bits=10, step_bits=17, length_bits=17, locks=64)
_SHIM_DMA = DmaLimits(2, 16, 3, wrap_bits=10, step_bits=20, length_bits=32, locks=16)

NPU1 = Target(
    name="npu1",
    title="Hawk Point (Ryzen 7 8845HS)",
    aie_device="npu1",
    isa="aie2",
    columns=4,
    core_rows=4,
    first_core_row=2,
    # Source: DRV's DPM table tops at 1600 MHz; TAKA measured a Phoenix at 1000 MHz.
    clock_hz=1_600_000_000,
    core_memory_bytes=64 * 1024,
    core_stack_bytes=0x400,
    core_program_bytes=16 * 1024,
    core_banks=4,
    mem_tile_bytes=512 * 1024,
    stream_bytes_per_cycle=4,
    bf16_macs_per_cycle=128,  # aie_api aie2 mmul 4x8x4, one a cycle
    bfp16_macs_per_cycle=0,
    # Source: IGNI: 25.9 of reads on eight channels, 28.1 each way at once on four. TAKA estimates
    # 15 for a GEMM's reads, of shorter runs and on a Phoenix at 1 GHz.
    ddr_bytes_per_s=25_900_000_000,
    ddr_both_bytes_per_s=51_800_000_000,
    dispatch_us=150.0,  # HW254; xrt-smi validate shows about 100
    host_us=70.0,
    switch_us=1400.0,  # WXDNA: 2.81 ms a pair
    dram_bytes_per_s=89_600_000_000,  # two channels of DDR5-5600
    npu_watts=5.2,  # VEGAH on npu2, saturated; npu1 is not published and taken to be the same
    dram_pj_per_byte=120.0,  # DDR5, about 15 pJ a bit with its PHY: JEDEC currents, inferred
    max_contexts=6,
    watchdog_us=2_000_000.0,
    max_lock_value=63,
    core=_CORE_DMA,
    mem=_MEM_DMA,
    shim=_SHIM_DMA,
)

NPU2 = replace(
    NPU1,
    name="npu2",
    title="Strix / Krackan (Ryzen AI 300)",
    aie_device="npu2",
    isa="aie2p",
    columns=8,
    clock_hz=1_800_000_000,  # DRV, TAKA (Krackan in turbo), VEGAH (HX 370: 1808 MHz)
    stream_bytes_per_cycle=8,  # AM027, and TAKA's table 1 by arithmetic; mlir-aie's database says 4
    bf16_macs_per_cycle=32,  # VEGAH: a native 4x8x8 takes 8 instructions on AIE2P
    bfp16_macs_per_cycle=512,  # JENA: an 8x8x8 product a cycle
    # Source: TAKA about 50; VEGAH 33; AIR 28-70 by pattern. 45 for GEMM.
    ddr_bytes_per_s=45_000_000_000,
    ddr_both_bytes_per_s=45_000_000_000,  # no direction by itself is published
    dispatch_us=100.0,  # AIR: 80-116 us, Linux, turbo
    switch_us=100.0,  # VEGAH: 25 us + 7.2 us a lock; 89 us for a small design
    dram_bytes_per_s=120_000_000_000,  # LPDDR5X-7500 on 128 bits (HX 370)
    dram_pj_per_byte=48.0,  # LPDDR5X, about 6 pJ a bit with its PHY: inferred
    max_contexts=16,
)

TARGETS: dict[str, Target] = {t.name: t for t in (NPU1, NPU2)}


def target_named(name: str) -> Target:
    """Return the target called `name`, or raise an `OptionError` that names the known ones."""
    if name not in TARGETS:
        raise OptionError(f"unknown target {name!r}", expected=nearest(name, TARGETS))
    return TARGETS[name]
