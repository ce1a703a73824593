"""The inventory of numbers, their reputation, the hub list and panel, imports and exports.

The Django label is `numbers`; the package is not, because a root package `numbers` would shadow Python's own module.
"""
