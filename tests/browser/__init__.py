"""Journeys that a person makes, in a real browser."""
