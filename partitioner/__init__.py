"""The partitioner: what each op would cost on each device, where it runs, and why.

Between `compiler/fuse.py` (MixedGraph) and codegen (which sees only what landed on the NPU).

    cost.py, gemm_model.py, cpu_profile.py   predicted times
    machines.py, calibrate.py                the parts by name; this machine measured
    shared_memory.py                         both devices on one DRAM
    demands.py                               what the user overrules
    mincut.py, case.py                       the exact minimum, for numbers and for graphs
    assign.py, explain.py                    all of it, into a Partition with its reasons
    report.py, report_*.py, regions.py       table, JSON, DOT and HTML of a Partition
"""
