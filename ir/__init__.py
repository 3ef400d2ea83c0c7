"""The words that every stage shares: errors, targets, options, graph, partition and design.

Nothing here computes; these are frozen records that pass between the stages of
`compiler/backend.py`. This folder imports nothing of ours.
"""
