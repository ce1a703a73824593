"""Reads of enrollment, one module per question."""
