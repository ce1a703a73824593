"""PostgreSQL and Redis: the embedded ones, or those that DATABASE_URL and REDIS_URL name."""

import argparse
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from reputation_portal.local import environment, places, stopping
from reputation_portal.local.postgres import Postgres
from reputation_portal.local.redis import Redis
from reputation_portal.local.var_lock import VarLock

Say = Callable[[str], None]


def start(stack: ExitStack, var_dir: Path, given: Mapping[str, str], say: Say) -> dict[str, str]:
    """Start what `given` does not name, to be stopped when `stack` closes; return `given` with both addresses."""
    addresses = {}
    if given.get("DATABASE_URL"):
        say("PostgreSQL: the one in DATABASE_URL")
    else:
        postgres = Postgres(var_dir, say=say)
        stack.callback(postgres.stop)
        addresses["DATABASE_URL"] = postgres.start()
        say(f"PostgreSQL 18 is ready on port {postgres.port}")
    if given.get("REDIS_URL"):
        say("Redis: the one in REDIS_URL")
    else:
        redis = Redis(var_dir, say=say)
        stack.callback(redis.stop)
        addresses["REDIS_URL"] = redis.start()
        say(f"Redis is ready on port {redis.port}")
    return {**given, **addresses}


def main(arguments: list[str]) -> None:
    """Start both servers for development, print the lines a shell needs, and stop them on Ctrl-C."""
    argparse.ArgumentParser(prog="servers", description="Start PostgreSQL and Redis only.").parse_args(arguments)
    stopping.listen()
    var_dir = places.var_dir()
    with ExitStack() as stack:
        lock = stack.enter_context(VarLock(var_dir))
        variables = start(stack, var_dir, environment.with_secrets(var_dir, os.environ), _comment)
        environment.remember(var_dir, variables)
        lock.tell("serves PostgreSQL and Redis for development")
        print(environment.shell_lines(variables), flush=True)
        _comment("Ctrl-C stops both.")
        _wait_for_stop()


def _comment(line: str) -> None:
    print(f"# {line}", flush=True)


def _wait_for_stop() -> None:
    try:
        while True:
            stopping.pause(0.2)
    except stopping.StopRequested:
        _comment("Stopping")
