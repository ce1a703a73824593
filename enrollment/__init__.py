"""Enrolling the business in services."""
