"""`python -m providers.simulator`: run the simulator until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from providers.simulator.behaviour import World
from providers.simulator.server import make_app


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m providers.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=9400, help="port; 0 takes a free one and prints it")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same numbers and the same lives")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in a second after the epoch")
    parser.add_argument(
        "--remediation-speed", type=float, default=1.0, help="how many times as fast remediation requests are decided"
    )
    parser.add_argument(
        "--epoch", type=_moment, default=None, help="when simulated time starts to run faster, ISO 8601"
    )
    parser.add_argument(
        "--numbers", type=int, default=5_000, help="numbers of an account whose key does not say -n<count>"
    )
    return parser.parse_args(argv)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def serve(options: argparse.Namespace, stop: asyncio.Event) -> None:
    """Listen until `stop` is set; prints the address once requests are answered."""
    world = World(options.seed, options.epoch or datetime.now(UTC), options.speed)
    runner = web.AppRunner(
        make_app(world, numbers=options.numbers, remediation_speed=options.remediation_speed),
        access_log=None,
        shutdown_timeout=1.0,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        port = runner.addresses[0][1]
        print(f"Provider simulator on http://{options.host}:{port}/", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


async def _until_signal(options: argparse.Namespace) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await serve(options, stop)


def main(argv: Sequence[str] | None = None) -> int:
    """Run; 0 after a clean stop, 1 with a sentence when the port is taken."""
    options = arguments(argv)
    try:
        asyncio.run(_until_signal(options))
    except OSError as exc:
        print(f"The simulator cannot listen on {options.host}:{options.port}: {exc.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
