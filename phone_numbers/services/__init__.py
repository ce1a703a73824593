"""Writes over numbers, by noun."""
