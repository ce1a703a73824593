"""What an API key may do."""

from django.db import models


class ApiScope(models.TextChoices):
    """One right of an API key; the value is what integrators read, the label what admins read."""

    NUMBERS_READ = "numbers:read", "Read numbers, their history and readings"
    NUMBERS_WRITE = "numbers:write", "Switch services of numbers on and off"
    CAMPAIGNS_READ = "campaigns:read", "Read campaigns"
    CALLER_ID = "caller-id", "Choose caller IDs for calls"
    OBSERVATIONS_WRITE = "observations:write", "Report own test calls and what customers saw"
    CASES_READ = "cases:read", "Read cases and alerts"
    FEEDS_READ = "feeds:read", "Read how the feeds are"
