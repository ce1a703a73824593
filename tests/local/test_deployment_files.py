"""Files that no program of ours reads at run time: .env.example, docker-compose.yml, Makefile, locks."""

import json
import re
from pathlib import Path

import pytest
import yaml

from reputation_portal.local import dotenv, places, portal_processes

PROJECT = places.PROJECT
EXAMPLE = (PROJECT / ".env.example").read_text()
COMPOSE_TEXT = (PROJECT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
NAMED = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_every_variable_that_settings_read_is_in_the_example() -> None:
    settings = (PROJECT / "reputation_portal" / "settings.py").read_text()
    read = set(re.findall(r'(?:env(?:\.\w+)?|_positive)\(\s*"([A-Z_]+)"', settings))
    assert len(read) > 15
    assert read - NAMED == set()


def test_every_variable_of_compose_is_in_the_example() -> None:
    assert set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE_TEXT)) - NAMED == set()


def test_compose_holds_no_secret_and_refuses_to_start_without_one() -> None:
    secret = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET_KEY|FIELD_KEYS))(:?[^}]*)\}", COMPOSE_TEXT)
    assert {name for name, _ in secret} >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "FIELD_KEYS"}
    assert {rest for name, rest in secret if name != "DEMO_PASSWORD"} == {":?run make .env first"}


def test_compose_runs_what_make_run_runs() -> None:
    assert {"web", "feeds-worker", "work-worker", "beat", "simulator", "postgres", "redis"} <= SERVICES.keys()
    feeds, work = (worker.command for worker in portal_processes.workers("redis://unused"))
    for command, service in ((feeds, "feeds-worker"), (work, "work-worker")):
        queues = command[command.index("--queues") + 1]
        assert f"--queues {queues} " in SERVICES[service]["command"]
    simulator = " ".join(portal_processes.simulator(8700).command).partition("manage.py ")[2]
    assert simulator.removeprefix("simulate_providers ") in SERVICES["simulator"]["command"]
    assert "serve_metrics" in portal_processes.metrics(9000).command
    assert "serve_metrics" in SERVICES["metrics"]["command"]


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"migrate", "demo", "metrics"}))
def test_every_lasting_service_has_a_health_check_and_is_restarted(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_metrics_are_restarted_unless_nobody_asked_for_them() -> None:
    assert SERVICES["metrics"]["healthcheck"]["test"]
    assert SERVICES["metrics"]["restart"] == "on-failure"  # without METRICS_PORT it ends well, and is left alone


def test_nothing_but_web_is_published_and_that_on_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["${WEB_BIND:-127.0.0.1}:${WEB_PORT:-8000}:8000"]}


def test_the_two_databases_have_the_same_settings() -> None:
    embedded = (PROJECT / "reputation_portal" / "local" / "postgres_settings.py").read_text()
    in_compose = dict(part[2:].split("=", 1) for part in SERVICES["postgres"]["command"] if part.startswith("-c"))
    for name in ("max_wal_size", "checkpoint_timeout", "random_page_cost", "work_mem", "jit", "max_connections"):
        assert f"{name} = {in_compose[name]}\n" in embedded


def test_made_secrets_fill_the_empty_ones_and_nothing_else() -> None:
    made = dotenv.filled(EXAMPLE)
    assert re.findall(r"^([A-Z_]+)=$", made, re.MULTILINE) == []
    assert made != dotenv.filled(EXAMPLE)
    assert made.replace("\n", "").startswith(EXAMPLE.partition("SECRET_KEY=")[0].replace("\n", ""))
    changed = [new for old, new in zip(EXAMPLE.splitlines(), made.splitlines(), strict=True) if old != new]
    assert all(re.fullmatch(r"[A-Z_]+=[\w+/=-]{16,}", line) for line in changed)
    assert len(changed) == 6


@pytest.mark.parametrize("lock", ["requirements/base.txt", "requirements/local.txt", "requirements/dev.txt"])
def test_python_locks_have_hashes_and_no_host(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    requirements = [block for block in re.split(r"\n(?=\S)", text.strip()) if "==" in block]
    assert len(requirements) > 5
    assert all("--hash=sha256:" in block for block in requirements)


def test_the_npm_lock_has_integrity_and_no_host() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in fetched.values())
    assert not any("resolved" in package for package in fetched.values())


def test_served_front_end_files_point_to_no_source_map() -> None:
    vendor = PROJECT / "static" / "vendor"
    files = [path for path in vendor.rglob("*") if path.suffix in (".css", ".js")]
    assert {"tabler.min.css", "tabler.min.js", "chart.umd.min.js"} <= {path.name for path in files}
    assert not any(b"sourceMappingURL" in Path(path).read_bytes() for path in files)
