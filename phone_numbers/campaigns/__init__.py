"""Campaigns: pools of numbers that dial."""
