"""Imported files of numbers: reading them safely, checking their lines, applying what was checked."""
