"""`simulate_providers --port N`: the provider simulator, which needs no database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from providers.simulator.__main__ import main


class Command(BaseCommand):
    """Hands its arguments to `python -m providers.simulator`."""

    help = "Serve the provider simulator (Telnyx contract, carrier feed, FTC files, control page)."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Pass everything after the command's name on; the simulator parses and explains its own options."""
        raise SystemExit(main(argv[2:]))

    def handle(self, **_: Any) -> None:
        """Not reached: `run_from_argv` answers."""
