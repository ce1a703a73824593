"""The portal's own processes: their command lines, and how each shows that it is ready."""

import http.client
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from celery import Celery

from reputation_portal.local.places import PROJECT
from reputation_portal.local.ports import LOOPBACK

_FEEDS_PROCESSES = 8  # each may sit 30 s in a provider's call, and one slow provider must not hold up the others
_WORK_PROCESSES = 2
_DEMO_SPEED = "120"  # simulated seconds in a second: a day of the numbers' lives takes twelve minutes
_DEMO_REMEDIATION_SPEED = "20"  # and as many times that for requests: one is decided within half a minute to a minute
DEMO_SEED = "1"


@dataclass(frozen=True)
class Service:
    """A process that runs until it is told to stop. `grace` is how many seconds it has to finish what it does."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool]
    grace: float = 20.0


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(PROJECT / "manage.py"), *arguments]


def simulator(port: int) -> Service:
    """Return the provider simulator. Its fast time begins anew at each start, so a night off is not caught up."""
    options = ["--port", str(port), "--seed", DEMO_SEED, "--speed", _DEMO_SPEED]
    options += ["--remediation-speed", _DEMO_REMEDIATION_SPEED]
    return Service("simulator", manage("simulate_providers", *options), partial(_answers, port, "/"), 5.0)


def web(port: int) -> Service:
    """Return the web server, on the loopback interface only: the demo is not for a network."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "8", "--backpressure", "64", "--respawn-failed-workers"]
    command += ["--workers-kill-timeout", "20", "--no-ws", "reputation_portal.wsgi:application"]
    return Service("web", command, partial(_answers, port, "/readyz"), grace=25.0)


def metrics(port: int) -> Service:
    """Return the process that tells figures to operators."""
    return Service("metrics", manage("serve_metrics", "--port", str(port)), partial(_answers, port, "/metrics"), 5.0)


def workers(redis_url: str) -> list[Service]:
    """Return the worker that talks to providers and the one for everything else."""
    return [
        _worker("feeds", "feeds", _FEEDS_PROCESSES, redis_url),
        _worker("work", "work,mail", _WORK_PROCESSES, redis_url),
    ]


def beat(var_dir: Path) -> Service:
    """Return the clock. It holds no state that matters, so a schedule left from before is not kept."""
    pid_file = var_dir / "beat.pid"
    pid_file.unlink(missing_ok=True)
    options = ["--pidfile", str(pid_file), "--loglevel", "INFO"]
    return Service("beat", _celery("beat", *options), pid_file.exists, grace=5.0)


def _worker(name: str, queues: str, processes: int, redis_url: str) -> Service:
    node = f"{name}@{socket.gethostname()}"
    options = ["--hostname", node, "--queues", queues, "--pool", "prefork", "--concurrency", str(processes)]
    options += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return Service(f"{name} worker", _celery("worker", *options), partial(_pongs, redis_url, node))


def _celery(command: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "reputation_portal.celery:app", command, *options]


def _answers(port: int, path: str) -> bool:
    """Say whether GET `path` gives 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _pongs(redis_url: str, node: str) -> bool:
    """Ping the worker through Redis, as Celery's own `inspect ping` does."""
    with Celery(broker=redis_url) as app:
        app.conf.broker_transport_options = {"global_keyprefix": os.environ.get("REDIS_KEY_PREFIX", "")}
        try:
            return bool(app.control.ping(destination=[node], timeout=0.5))
        except app.connection_for_read().connection_errors:
            return False
