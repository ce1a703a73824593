"""Benchmarks of the portal beside the tools that people would take instead, in one run on the same data (`make bench`).

They judge nothing: a missed goal is printed and recorded, and the exit code stays 0.
"""
