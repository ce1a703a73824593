"""The embedded PostgreSQL 18: the wheel's binaries, our own cluster, passwords everywhere."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import encrypt_password

from reputation_portal.local import postgres_home, postgres_settings, processes, stopping
from reputation_portal.local.errors import LocalError
from reputation_portal.local.keyring import Keyring
from reputation_portal.local.ports import LOOPBACK, PortBook
from reputation_portal.local.postgres_home import Say

SUPERUSER = "postgres"
APPLICATION = "portal"  # the role's name and its database's
_RECOVERY_SECONDS = 600.0
_STOP_SECONDS = 120.0
_STARTS = 20  # a port taken in between, or memory of a killed server that is still in use for a moment


class Postgres:
    """One cluster below `var_dir`. `throwaway` is for tests: fast, not durable, ends with this process."""

    NAME = "PostgreSQL 18"

    def __init__(self, var_dir: Path, *, say: Say = print, throwaway: bool = False) -> None:
        self.var_dir = var_dir.resolve()
        self.say = say
        self.throwaway = throwaway
        self.log = self.var_dir / "log" / "postgres.log"
        self.keyring = Keyring(self.var_dir / "secrets.json")
        self.ports = PortBook(self.var_dir / "ports.json")
        self.user = postgres_home.server_user()
        self.home = postgres_home.data_home(self.var_dir, self.user, say)
        self.data = self.home / "data"
        self.port = 0
        self.socket_folder = Path()
        self.child: processes.Child | None = None

    @property
    def url(self) -> str:
        """Return DATABASE_URL for the application role."""
        password = self._password(APPLICATION)
        return f"postgres://{APPLICATION}:{password}@{LOOPBACK}:{self.port}/{APPLICATION}"

    def start(self) -> str:
        """Start the server, making the cluster the first time, and return `url`. Raises LocalError.

        Waits up to ten minutes for crash recovery.
        """
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.installation = postgres_home.installation(self.user, self.say)
        self._stop_left_over()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._launch_until_ready()
        self._provision()
        return self.url

    def stop(self) -> None:
        """Stop the server: a clean shutdown, or an immediate one when the data is thrown away."""
        if self.child is None:
            return
        first = signal.SIGQUIT if self.throwaway else signal.SIGINT
        processes.stop(self.child, first=first, grace=_STOP_SECONDS)
        shutil.rmtree(self.socket_folder, ignore_errors=True)
        self.child = None

    def connect(self, database: str = SUPERUSER) -> Connection:
        """Connect as the superuser over TCP. Raises psycopg2.OperationalError."""
        return psycopg2.connect(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=self._password(SUPERUSER),
            dbname=database,
            connect_timeout=5,
        )

    def _password(self, role: str) -> str:
        return self.keyring.keep(f"POSTGRES_PASSWORD_{role}", lambda: secrets.token_urlsafe(24))

    # --- The cluster -------------------------------------------------------------------------------------------------

    def _make_cluster(self) -> None:
        """Run initdb beside and rename, so that a half-made cluster is never started."""
        self.say("Making the PostgreSQL cluster")
        fresh, password_file = self.home / "data.new", self.home / "password.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self._password(SUPERUSER))
            for path in (fresh, password_file):
                os.chown(path, self.user.uid, self.user.gid)
            self._run_initdb(fresh, password_file)
        finally:
            password_file.unlink()
        fresh.rename(self.data)

    def _run_initdb(self, data: Path, password_file: Path) -> None:
        command: list[str | Path] = [self.installation / "bin" / "initdb", "--pgdata", data, "--pwfile", password_file]
        command += [f"--username={SUPERUSER}", "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-sync"] if self.throwaway else []
        done = subprocess.run(
            command,
            cwd=self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            user=self.user.switch_uid,
            group=self.user.switch_gid,
            extra_groups=self.user.switch_groups,
        )
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL's initdb failed:\n{done.stderr.strip()}")

    def _environment(self) -> dict[str, str]:
        """Return a bare environment: a PGPORT or LC_ALL of the person who starts us must not reach the server."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)}

    # --- Running it --------------------------------------------------------------------------------------------------

    def _launch_until_ready(self) -> None:
        """Start the server; again on another port, or when the memory of a killed one is still in use."""
        self._need_passwords()
        self.socket_folder = postgres_home.socket_folder(self.var_dir, self.user)
        for _attempt in range(_STARTS):
            self.port = self.ports.choose("postgres", say=self.say)
            self.child = self._launch()
            if self._wait_until_ready(self.child):
                return
            output = self.child.output()
            self.child = None
            if "pre-existing shared memory" not in output and "could not bind" not in output:
                break
            stopping.pause(0.3)
        raise LocalError(f"PostgreSQL did not start. The end of {self.log}:\n{self._log_tail()}")

    def _need_passwords(self) -> None:
        if f"POSTGRES_PASSWORD_{SUPERUSER}" not in self.keyring:
            raise LocalError(
                f"The database in {self.home} was made with passwords that are no longer in {self.keyring.path}. "
                f"Restore that file, or delete {self.home} to start with an empty database."
            )

    def _launch(self) -> processes.Child:
        configuration, rules = self.home / "postgresql.conf", self.home / "pg_hba.conf"
        text = postgres_settings.configuration(
            port=self.port, socket_folder=self.socket_folder, throwaway=self.throwaway
        )
        for path, content in ((configuration, text), (rules, postgres_settings.HOST_RULES)):
            path.write_text(content)
            path.chmod(0o644)
        postgres = self.installation / "bin" / "postgres"
        return processes.start(
            "postgres",
            [postgres, "-D", self.data, f"--config_file={configuration}", f"--hba_file={rules}"],
            log=self.log,
            env=self._environment(),
            cwd=self.home,
            user=self.user,
            # A lasting server outlives a killed supervisor and is stopped cleanly by the next start: a signal from
            # the kernel would cut every session short at the moment of the crash.
            ends_with_us=signal.SIGQUIT if self.throwaway else None,
        )

    def _wait_until_ready(self, child: processes.Child) -> bool:
        """Wait until it answers; return False if it ended. Raises LocalError after ten minutes."""
        started = told = time.monotonic()
        while child.process.poll() is None:
            if self._answers():
                return True
            now = time.monotonic()
            if now - started > _RECOVERY_SECONDS:
                raise LocalError(f"PostgreSQL did not answer within ten minutes; its log is {self.log}")
            if now - told > 10:
                told = now
                self.say(f"PostgreSQL is still recovering; its log is {self.log}")
            stopping.pause(0.02)
        return False

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalError(
                    f"PostgreSQL refuses the password in {self.keyring.path}. Restore the file that belongs to "
                    f"{self.home}, or delete that folder to start with an empty database."
                ) from error
            return False
        return True

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    # --- A server that outlived its supervisor -----------------------------------------------------------------------

    def _stop_left_over(self) -> None:
        """Stop a server that runs on our data: the supervisor that started it was killed."""
        pid = self._running_pid()
        if pid is None:
            return
        self.say("Stopping a PostgreSQL that an earlier start left behind")
        for number in (signal.SIGINT, signal.SIGQUIT):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if processes.wait_until(lambda: self._running_pid() is None, seconds=_STOP_SECONDS):
                return
        raise LocalError(
            f"A PostgreSQL (process {pid}) runs on {self.data} and does not stop. Stop it, then try again."
        )

    def _running_pid(self) -> int | None:
        """Return the process that works in our data folder, as postmaster.pid names it; None when it is stale."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            # A recycled number is told apart by its folder; a zombie has none to read.
            return pid if Path(f"/proc/{pid}/cwd").readlink() == self.data else None
        except (OSError, ValueError, IndexError):
            return None

    # --- Roles and the database --------------------------------------------------------------------------------------

    def _provision(self) -> None:
        """Make the application role and its database, or bring the role's password and rights up to date."""
        with closing(self.connect()) as connection:
            connection.autocommit = True
            self._provision_role(connection)
            self._provision_database(connection)

    def _provision_role(self, connection: Connection) -> None:
        role = sql.Identifier(APPLICATION)
        verifier = encrypt_password(self._password(APPLICATION), APPLICATION, connection, "scram-sha-256")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
            rights = "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION PASSWORD %s"
            cursor.execute(sql.SQL(rights).format(role), [verifier])

    def _provision_database(self, connection: Connection) -> None:
        name = sql.Identifier(APPLICATION)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, name))
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
