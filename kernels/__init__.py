"""The kernels that run on a core: C++ sources, and for each what it means, takes and costs.

    spec.py, registry.py      KernelSpec, and KERNELS: all of them by symbol
    gemm_bf16.py, cycles.py   the GEMM's spec and its cycle model
    tolerances.py             how close each kernel is to its torch body
    encoder*.py               the kernels of all designs: specs, torch bodies, cycle models, a
                              step's time on the array, DDR buffers to and from torch's arrays
    host.py                   the C++ compiled for this machine, for the simulator
    torch_kernels.py          the torch bodies in its place
    timed_kernels.py          nothing in its place: only time passes
    cpp/, emulation/          the sources, and the part of aie_api that they use

Stands on `ir` alone. A kernel is not added without a torch body that says what it means.
"""
