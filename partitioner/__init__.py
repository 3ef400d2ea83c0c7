"""The partitioner: what each op would cost on each device, where it runs, and why.

Between `compiler/fuse.py` (MixedGraph) and codegen (which sees only what landed on the NPU).

    cost.py, piece_model.py, cpu_profile.py  predicted times
    machines.py, calibrate.py                the parts by name; this machine measured
    shared_memory.py                         both devices on one DRAM
    demands.py                               what the user overrules
    prices.py, case.py, problem.py           a graph with its costs, as numbers
    evaluate.py                              what an assignment amounts to
    mincut.py, milp.py, linear.py, solve.py  the exact best
    heft.py, judge.py, schedule.py           its rivals, its neighbours, its order in time
    assign.py, explain.py                    all of it, into a Partition with its reasons
    report.py, report_*.py, regions.py       listing, JSON, DOT, pages and timeline of a Partition
    suitability.py, report_profile.py        a measured model: what the NPU would save
"""
