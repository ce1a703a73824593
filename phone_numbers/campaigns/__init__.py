"""Campaigns: pools of numbers, what they mean for monitoring, and their default caller IDs."""
