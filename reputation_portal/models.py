"""What the wiring itself remembers."""

from django.db import models


class Heartbeat(models.Model):
    """When a background process was last known to run; `/readyz` and the home page read it."""

    name = models.CharField(primary_key=True, max_length=30)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
