"""The partitioner: what each op would cost on each device, where it runs, and why.

Between `compiler/fuse.py` (MixedGraph) and codegen (which sees only what landed on the NPU).

    cost.py, gemm_model.py, cpu_profile.py   predicted times
    demands.py                               what the user overrules
    mincut.py                                the exact minimum
    assign.py                                all of it, into a Partition
    report.py                                table, JSON, DOT and HTML of a Partition
"""
