"""Code generation: from the GEMMs on the NPU to a folder that a device can load.

plan_gemm   Gemms -> GemmPlan    gemm_transfers; of kernels/ tile_memory and gemm_cost
emit_gemm   GemmPlan -> Design   array, core_program, dma_chains, sequence, on ops and dma_blocks
build       Design -> Artifact   manifest, json_fields, design_folder; toolchain/ after it

`dialects/` reads and prints MLIR-AIE; the simulator uses it too.
"""
