"""Reads over numbers, by noun."""
