"""The schema is true: what a tester makes of it finds no answer that it does not promise."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts.models import ApiReply
from common.scope import all_accounts
from phone_numbers.feeds import partitions
from reputation_portal.wsgi import application
from tests.api.conftest import secret_of
from tests.routes_world import make_world

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "12"))  # of each call; 100 for a long run
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
# Each call carries a key in force, so a broken one would arrive whole and count as taken; test_keys has those.
SCHEMA.config.generation.update(with_security_parameters=False)


@schemathesis.serializer("application/x-ndjson")
def send_lines(context, value):
    """Send text as it is."""
    return value.encode(errors="replace") if isinstance(value, str) else b""


@pytest.fixture
def one_connection():
    """Keep the test's connection through the requests: the server looks after its age, and would close it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(acme, owner, one_connection):
    """A key of the account."""
    return secret_of(acme, owner)


@pytest.fixture
def ids(acme, one_connection):
    """The ids of one thing of each kind, by the first word of its address."""
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=1), now)
    world = make_world(acme)
    named = {"numbers": world.number, "campaigns": world.campaign, "jobs": world.job, "cases": world.case}
    return {name: str(one.uuid) for name, one in named.items()}


@pytest.mark.django_db
@SCHEMA.parametrize()
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_promises(case, key, ids):
    with all_accounts():
        ApiReply.objects.all().delete()  # or an idempotency key that the tester draws again would be refused
    name_what_exists(case, ids)
    # That a text is a telephone number is nothing that a schema can say.
    excluded = [positive_data_acceptance] if case.path.endswith("/caller-id") else []
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=excluded)


def name_what_exists(case, ids):
    """Let three in four requests be about a thing of the account: for ids that nobody has, all answers are alike."""
    with suppress(ValueError, TypeError, KeyError):
        if UUID(case.path_parameters["uuid"]).int % 4:
            case.path_parameters["uuid"] = ids[case.path.split("/")[3]]


@pytest.mark.django_db
def test_the_documentation_and_the_schema_need_no_key_and_no_foreign_address():
    page = Client().get("/api/v1/").content.decode()
    schema = yaml.safe_load(Client().get("/api/v1/schema/").content)
    assert "http://" not in page
    assert "https://" not in page
    assert schema["openapi"].startswith("3.")
    operations = [call for path in schema["paths"].values() for call in path.values()]
    assert len(operations) == 16
    for call in operations:
        assert call["summary"]
        assert "scope" in call["description"]
        assert "429" in call["responses"]


@pytest.mark.django_db
def test_every_call_shows_an_answer_with_exactly_the_fields_that_it_has():
    schema = yaml.safe_load(Client().get("/api/v1/schema/").content)
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            status = next(status for status in call["responses"] if status.startswith("2"))
            answer = call["responses"][status]["content"]
            if list(answer) == ["text/plain"]:
                continue  # it shows itself
            examples = [one["value"] for one in answer["application/json"]["examples"].values()]
            assert examples, (method, path)
            for value in examples:
                shape = schema_of(answer["application/json"]["schema"], schema, value)
                assert set(value) == set(shape["properties"]), (method, path)
                for row in value.get("results", [])[:1]:
                    rows = schema_of(shape["properties"]["results"]["items"], schema, row)
                    assert set(row) == set(rows["properties"]), (method, path)


def schema_of(reference, document, value):
    """Return the schema that is referred to; of several, the one for such a value."""
    named = document["components"]["schemas"][reference["$ref"].rsplit("/", 1)[1]]
    if "oneOf" not in named:
        return named
    found = [schema_of(one, document, value) for one in named["oneOf"]]
    return next(one for one in found if set(one["properties"]) == set(value))
