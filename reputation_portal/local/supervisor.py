"""`make run`: the whole portal on this machine, started in order, watched, and stopped in reverse order.

A process that dies stops everything, with its name, exit code and last lines: granian and Celery already replace
their own lost children, so a leader that dies means something a person should see (docs/decisions/0012).
"""

import argparse
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from reputation_portal.local import (
    environment,
    frontend,
    places,
    portal_processes,
    ports,
    processes,
    servers,
    static_files,
    stopping,
)
from reputation_portal.local.errors import LocalError
from reputation_portal.local.portal_processes import Service, manage
from reputation_portal.local.var_lock import VarLock

_WEB_PORT = 8000
_SIMULATOR_PORT = 8700
_READY_SECONDS = 180.0
_TASK_SECONDS = 3600.0  # a migration of a large table takes its time
_LOG_BYTES = 20_000_000  # a longer log is put aside at the next start; one is kept
_SIGN_INS = (
    ("owner@acme.example", "owner of acme"),
    ("admin@acme.example", "admin who may edit settings"),
    ("viewer@acme.example", "viewer"),
    ("owner@globex.example", "owner of globex, a second account"),
    ("reviewer@portal.example", "platform reviewer"),
)


def main(arguments: list[str]) -> None:
    """Run the portal until Ctrl-C or SIGTERM (exit code 0), or until a process dies (LocalError)."""
    parser = argparse.ArgumentParser(prog="run", description="Run the whole portal.")
    parser.add_argument("--numbers", type=int, default=5000, help="numbers of the demo account, at the first start")
    options = parser.parse_args(arguments)
    stopping.listen()
    try:
        Supervisor(places.var_dir(), demo_numbers=options.numbers).run()
    except stopping.StopRequested:
        _say("Stopped.")


class Supervisor:
    """One run of the portal on `var_dir`."""

    def __init__(self, var_dir: Path, *, demo_numbers: int) -> None:
        self.var_dir = var_dir
        self.demo_numbers = demo_numbers
        self.logs = var_dir / "log"
        self.environment: dict[str, str] = {}
        self.server_children: list[processes.Child] = []
        self.running: list[tuple[Service, processes.Child]] = []

    def run(self) -> None:
        """Start everything and watch it. Raises StopRequested or LocalError, after everything has stopped."""
        with ExitStack() as stack:
            lock = stack.enter_context(VarLock(self.var_dir))
            self.logs.mkdir(mode=0o700, exist_ok=True)
            try:
                web_port = self._start(stack)
                lock.tell(f"serves {_address(web_port)}")
                self._introduce(web_port)
                self._watch()
            finally:
                _say("Stopping what was started, the last first")

    def _start(self, stack: ExitStack) -> int:
        """Start all in order and return the web port."""
        began = time.monotonic()
        _say(f"Starting the Number Reputation Portal; data and logs are in {self.var_dir}")
        frontend.prepare()
        web_port, metrics_port = choose_web_port(os.environ), named_port(os.environ, "METRICS_PORT")
        simulator_port = ports.PortBook(self.var_dir / "ports.json").choose("simulator", _SIMULATOR_PORT, _say)
        given = environment.with_secrets(self.var_dir, os.environ)
        started = servers.start(stack, self.var_dir, given, _say)
        self.server_children = started.children
        self.environment = _with_addresses(started.environment, web_port, simulator_port)
        environment.remember(self.var_dir, self.environment)
        self._prepare_data()
        stack.callback(self._stop_services)
        self._start_services(self._services(web_port, simulator_port, metrics_port))
        _say(f"Everything is ready after {time.monotonic() - began:.0f} s.")
        return web_port

    def _services(self, web_port: int, simulator_port: int, metrics_port: int | None) -> list[Service]:
        return [
            portal_processes.simulator(simulator_port),
            portal_processes.web(web_port),
            *portal_processes.workers(self.environment["REDIS_URL"]),
            portal_processes.beat(self.var_dir),
            *([portal_processes.metrics(metrics_port)] if metrics_port else []),
        ]

    # --- Before the services -----------------------------------------------------------------------------------------

    def _prepare_data(self) -> None:
        """Migrate, collect static files, and load the demo account once."""
        self._run_task("migrations", manage("migrate", "--no-input"))
        if not static_files.are_current(self.var_dir):
            self._run_task("static files", manage("collectstatic", "--no-input", "--clear", "--verbosity=0"))
            static_files.mark_current(self.var_dir)
        size_and_seed = ["--numbers", str(self.demo_numbers), "--seed", portal_processes.DEMO_SEED]
        demo = manage("load_demo", *size_and_seed, "--if-missing")
        self._run_task("demo data", demo, show=True)

    def _run_task(self, name: str, command: list[str], *, show: bool = False) -> None:
        """Run `command` to its end; `show` tells what it prints. Raises LocalError with its last lines if it fails."""
        began = time.monotonic()
        child = self._launch(name, command)
        shown = _Shown(child) if show else None
        try:
            ended = processes.wait_until(lambda: _has_ended(child, shown), seconds=_TASK_SECONDS)
        finally:
            processes.stop(child)
        if not ended or child.process.returncode != 0:
            lines = "" if show else f" The end of it:\n{child.last_lines(20)}"
            raise LocalError(f"{name} failed; its log is {child.log}.{lines}")
        _say(f"{name.capitalize()}: done ({time.monotonic() - began:.1f} s)")

    # --- The services ------------------------------------------------------------------------------------------------

    def _start_services(self, services: list[Service]) -> None:
        """Start all, then wait for each to be ready. Raises LocalError when one dies or takes too long."""
        began = time.monotonic()
        for service in services:
            self.running.append((service, self._launch(service.name, service.command)))
        for service, child in self.running:
            ready = processes.wait_until(partial(self._ready_or_dead, service), seconds=_READY_SECONDS, pause=0.1)
            self._need_all_alive()
            if not ready:
                raise LocalError(f"{service.name} is not ready after {_READY_SECONDS:.0f} s; its log is {child.log}")
            _say(f"{service.name.capitalize()} is ready ({time.monotonic() - began:.1f} s)")

    def _stop_services(self) -> None:
        """Ask all to stop, the last started first, then wait: what feeds the queues ends before what empties them."""
        for _service, child in reversed(self.running):
            processes.ask_to_stop(child)
        for service, child in reversed(self.running):
            processes.stop(child, grace=service.grace)

    def _ready_or_dead(self, service: Service) -> bool:
        return any(child.process.poll() is not None for _service, child in self.running) or service.is_ready()

    def _launch(self, name: str, command: list[str]) -> processes.Child:
        log = self.logs / f"{name.replace(' ', '-')}.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        return processes.start(name, command, log=log, env=self.environment, cwd=places.PROJECT)

    def _watch(self) -> None:
        while True:
            self._need_all_alive()
            stopping.pause(0.3)

    def _need_all_alive(self) -> None:
        processes.need_all_alive([*self.server_children, *(child for _service, child in self.running)])

    # --- What a person reads -----------------------------------------------------------------------------------------

    def _introduce(self, web_port: int) -> None:
        lines = [f"    {email:26} {role}" for email, role in _SIGN_INS]
        _say(
            f"\n  The portal:  {_address(web_port)}\n"
            f"  Simulator:   {self.environment['SIMULATOR_URL']}\n\n"
            f"  Sign in with the password  {self.environment['DEMO_PASSWORD']}  as\n" + "\n".join(lines) + "\n\n"
            "  Ctrl-C stops everything; the data stays.\n"
        )


class _Shown:
    """Tells the lines of a task's output as they come, but not its structured log."""

    def __init__(self, child: processes.Child) -> None:
        self.child = child
        self.count = 0

    def tell_new(self) -> None:
        lines = self.child.output().split("\n")[:-1]
        for line in lines[self.count :]:
            if not line.startswith("{"):
                _say(line)
        self.count = len(lines)


def _has_ended(child: processes.Child, shown: _Shown | None) -> bool:
    ended = child.process.poll() is not None
    if shown is not None:
        shown.tell_new()
    return ended


def choose_web_port(given: Mapping[str, str]) -> int:
    """Return WEB_PORT, which must be free, or the first free port from 8000 on. Raises LocalError."""
    named = named_port(given, "WEB_PORT")
    if named:
        return named
    port = ports.next_free_port(_WEB_PORT)
    if port != _WEB_PORT:
        _say(f"Port {_WEB_PORT} is busy: web takes {port}")
    return port


def named_port(given: Mapping[str, str], variable: str) -> int | None:
    """Return the port that a variable names, None without one. Raises LocalError when it is none or in use."""
    named = given.get(variable)
    if not named:
        return None
    if not named.isdecimal() or not 0 < int(named) < 65_536:
        raise LocalError(f"{variable} must be a port number from 1 to 65535, not {named!r}.")
    if not ports.is_free(int(named)):
        raise LocalError(f"Port {named} ({variable}) is in use by another program. Stop that, or name another port.")
    return int(named)


# Two days and seven, five days and a minute, at the speed of the demo's provider; what is set already stays.
DEMO_CLOCKS = {
    "REMEDIATION_TARGET": "24m",
    "REMEDIATION_LIMIT": "84m",
    "REMEDIATION_COOLDOWN": "60m",
    "REMEDIATION_POLL": "2s",
}


def _with_addresses(variables: Mapping[str, str], web_port: int, simulator_port: int) -> dict[str, str]:
    """Add where the simulator is, and let the portal call it past the guard against private addresses."""
    simulator = f"{ports.LOOPBACK}:{simulator_port}"
    allowed = [pair for pair in variables.get("OUTBOUND_ALLOW", "").split(",") if pair]
    return {
        **DEMO_CLOCKS,
        "PORTAL_URL": _address(web_port),
        **variables,
        "WEB_PORT": str(web_port),
        "SIMULATOR_URL": f"http://{simulator}",
        "OUTBOUND_ALLOW": ",".join([*allowed, simulator]),
    }


def _address(port: int) -> str:
    return f"http://{ports.LOOPBACK}:{port}/"


def _say(line: str) -> None:
    print(line, flush=True)
