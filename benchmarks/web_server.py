"""The web server of `make run`, on a free port."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from benchmarks import process_memory
from reputation_portal.local import places, portal_processes, ports, processes

READY_SECONDS = 60.0
PORTAL, WITH_PEERS = "reputation_portal.settings", "benchmarks.peer_settings"


class WebServerError(RuntimeError):
    """The web server did not become ready."""


@contextmanager
def running(settings_module: str = PORTAL) -> Iterator[tuple[int, Callable[[], list[int]]]]:
    """Run it with the portal's own settings, or those with the peers; give its port, and its processes when asked."""
    port = ports.any_free_port()
    web = portal_processes.web(port)
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": settings_module}
    log = settings.VAR_DIR / "log" / "web.log"
    child = processes.start(web.name, web.command, log=log, env=variables, cwd=places.PROJECT)
    try:
        processes.wait_until(lambda: child.process.poll() is not None or web.is_ready(), seconds=READY_SECONDS)
        if not web.is_ready():
            raise WebServerError(f"The web server did not become ready:\n{child.last_lines()}")
        yield port, lambda: process_memory.family(child.process.pid)
    finally:
        processes.stop(child, grace=web.grace)
