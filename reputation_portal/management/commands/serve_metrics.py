"""`serve_metrics`: figures for Prometheus at `/metrics`, on the port METRICS_PORT."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reputation_portal import metrics
from reputation_portal.metrics_server import PATH, MetricsServer


class Command(BaseCommand):
    """Serves the figures until it is told to stop; without a port it says so and ends well."""

    help = "Serve figures for Prometheus at /metrics on METRICS_PORT; does nothing when that is not set."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; keep it off public networks")
        parser.add_argument("--port", type=int, default=settings.METRICS_PORT, help="default: METRICS_PORT")

    def handle(self, *, host: str, port: int | None, **_: Any) -> None:
        """Serve. CommandError when the port is taken."""
        if port is None:
            self.stdout.write("METRICS_PORT is not set, so no figures are served.")
            return
        try:
            server = MetricsServer(metrics.registry(), host=host, port=port)
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {port} (METRICS_PORT) of {host} cannot be served: {error}.") from error
        server.stop_on_signals()
        self.stdout.write(f"Figures are served at http://{host}:{server.port}{PATH}")
        self.stdout.flush()
        server.serve()
