"""Code generation: from the pieces on the NPU to a folder that a device can load.

plan    Wanted -> EncoderPlan    plan_steps; block_steps, encoder_blocks, linear_block; refuse_chip
emit    EncoderPlan -> Design    emit; encoder_array, encoder_core, encoder_chains, encoder_panels,
                                 encoder_sequence on streams, transfer, rounds, dma_blocks, ops
build   Design -> Artifact       build, manifest, json_records, design_folder; toolchain/ after it

`dialects/` reads and prints MLIR-AIE; the simulator uses it too.
"""
