"""PostgreSQL and Redis: the embedded ones, or those that DATABASE_URL and REDIS_URL name."""

import argparse
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reputation_portal.local import environment, places, processes, stopping
from reputation_portal.local.postgres import Postgres
from reputation_portal.local.processes import Child
from reputation_portal.local.redis import Redis
from reputation_portal.local.var_lock import VarLock

Say = Callable[[str], None]


@dataclass(frozen=True)
class Servers:
    """The environment with both addresses, and the processes that were started for it."""

    environment: dict[str, str]
    children: list[Child]


def start(stack: ExitStack, var_dir: Path, given: Mapping[str, str], say: Say) -> Servers:
    """Start what `given` does not name, to be stopped when `stack` closes."""
    started = Servers(dict(given), [])
    if given.get("DATABASE_URL"):
        say("PostgreSQL: the one in DATABASE_URL")
    else:
        _start_one(Postgres(var_dir, say=say), "DATABASE_URL", stack, started)
    if given.get("REDIS_URL"):
        say("Redis: the one in REDIS_URL")
    else:
        _start_one(Redis(var_dir, say=say), "REDIS_URL", stack, started)
    return started


def _start_one(server: Postgres | Redis, variable: str, stack: ExitStack, started: Servers) -> None:
    stack.callback(server.stop)
    started.environment[variable] = server.start()
    if server.child is not None:
        started.children.append(server.child)
    server.say(f"{server.NAME} is ready on port {server.port}")


def main(arguments: list[str]) -> None:
    """Start both servers for development, print the lines a shell needs, and stop them on Ctrl-C."""
    argparse.ArgumentParser(prog="servers", description="Start PostgreSQL and Redis only.").parse_args(arguments)
    stopping.listen()
    var_dir = places.var_dir()
    with ExitStack() as stack:
        lock = stack.enter_context(VarLock(var_dir))
        started = start(stack, var_dir, environment.with_secrets(var_dir, os.environ), _comment)
        environment.remember(var_dir, started.environment)
        lock.tell("serves PostgreSQL and Redis for development")
        print(environment.shell_lines(started.environment), flush=True)
        _comment("Ctrl-C stops both.")
        _wait_for_stop(started)


def _comment(line: str) -> None:
    print(f"# {line}", flush=True)


def _wait_for_stop(started: Servers) -> None:
    try:
        while True:
            processes.need_all_alive(started.children)
            stopping.pause(0.2)
    except stopping.StopRequested:
        _comment("Stopping")
