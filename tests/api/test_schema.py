"""The schema is true: what a tester makes of it finds no answer that it does not promise."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from phone_numbers.feeds import partitions
from phone_numbers.states import Rating
from reputation_portal.wsgi import application
from tests.api.conftest import secret_of
from tests.factories import make_campaign, make_number

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "12"))  # of each call; 100 for a long run
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)


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
    """A key of an account that has something to read."""
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=1), now)
    number = make_number(acme, "+13035550101", rating=Rating.HEALTHY)
    make_campaign(acme, numbers=[number])
    return secret_of(acme, owner)


@pytest.mark.django_db
@SCHEMA.parametrize()
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_promises(case, key):
    # Each call carries the key, so what the tester breaks in that header arrives whole; test_reads has what is refused.
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=[negative_data_rejection])


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
