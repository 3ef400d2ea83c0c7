"""The physics of the cost model, and how far it can be trusted: predictions of published times.

constants.py   the few numbers that are fitted, with what was known of them before
rates.py       cycles of kernels on one core
memory.py      DDR, shims, launches, overlap
paths.py       what other people's GEMMs do with tiles and transfers
gemm.py, vector.py, events.py   time of a GEMM; of all other ops; of what is around them
points.py      published measurements, read from a CSV file
predict.py     a measurement's metric becomes one of the questions above
fit.py         constants from measurements, by least squares in log space
evaluate.py    predicted and measured side by side, and the summary
"""
