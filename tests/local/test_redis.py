"""The embedded Redis: a password, messages that survive, a binary that can be named."""

import os
import signal
import socket
from collections.abc import Callable

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from reputation_portal.local.errors import LocalError
from reputation_portal.local.ports import LOOPBACK
from reputation_portal.local.redis import Redis

MakeRedis = Callable[[], Redis]


def test_nothing_is_answered_without_the_password(make_redis: MakeRedis) -> None:
    server = make_redis()
    server.start()

    for password in (None, "wrong"):
        client = redis.Redis(LOOPBACK, server.port, password=password, retry=Retry(NoBackoff(), 0))
        with client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_messages_survive_a_killed_server(make_redis: MakeRedis) -> None:
    server = make_redis()
    with redis.Redis.from_url(server.start()) as client:
        client.rpush("work", *range(1000))
        client.wait(0, 0)
    assert server.child is not None
    server.child.process.send_signal(signal.SIGKILL)
    server.child.process.wait()

    with redis.Redis.from_url(make_redis().start()) as client:
        assert client.llen("work") == 1000


def test_it_drops_nothing_and_has_databases_for_every_test_worker(make_redis: MakeRedis) -> None:
    with redis.Redis.from_url(make_redis().start()) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("databases") == {"databases": "64"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_a_busy_port_is_moved_past_and_told(make_redis: MakeRedis, told: list[str]) -> None:
    server = make_redis()
    server.start()
    server.stop()
    with socket.create_server((LOOPBACK, server.port)):
        moved = make_redis()
        moved.start()

    assert told == [f"Port {server.port} is busy: redis takes {moved.port}"]


def test_its_password_file_is_private(make_redis: MakeRedis) -> None:
    server = make_redis()
    server.start()
    for file in (server.home / "redis.conf", server.keyring.path):
        assert file.stat().st_mode & 0o777 == 0o600


def test_stopping_leaves_no_process(make_redis: MakeRedis) -> None:
    server = make_redis()
    server.start()
    child = server.child
    server.stop()
    assert child is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(child.process.pid, 0)


def test_a_named_program_that_cannot_run_is_explained(
    make_redis: MakeRedis, monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    monkeypatch.setenv("PORTAL_REDIS_BIN", "/no/such/redis-server")
    with pytest.raises(LocalError, match=r"PORTAL_REDIS_BIN names /no/such/redis-server"):
        make_redis().start()
