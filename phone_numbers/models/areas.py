"""Names of places, kept as tables so that no process has to load the library's data."""

from __future__ import annotations

from django.db import models


class Country(models.Model):
    """The English name of a country or territory."""

    code = models.CharField(primary_key=True, max_length=2, help_text="ISO 3166 code.")
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class AreaRelease(models.Model):
    """The version of libphonenumber's data that is loaded: one row."""

    version = models.CharField(primary_key=True, max_length=20)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.version
