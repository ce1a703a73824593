"""Writing over the API: own test calls, what customers saw, and jobs for many numbers."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from api.views import observations
from common.scope import account_scope, all_accounts
from enrollment.models import NumberJob
from enrollment.number_states import JobKind
from phone_numbers.feeds import complaints, complaints_sql, partitions
from phone_numbers.models import Complaint, NumberStatus, Reading, Source
from phone_numbers.states import Rating
from tests.factories import make_number

pytestmark = pytest.mark.django_db
OBSERVATIONS, NDJSON = "/api/v1/observations", "application/x-ndjson"


@pytest.fixture
def number(acme):
    now = timezone.now()
    partitions.ensure_partitions(now - timedelta(days=1), now)
    return make_number(acme, "+13035550101")


def line(**fields):
    usual = {"number": "+13035550101", "carrier": "att", "time": timezone.now().isoformat(), "label": "Spam Likely"}
    return {name: value for name, value in (usual | fields).items() if value != "absent"}


def send(caller, lines, **headers):
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    return caller.post(OBSERVATIONS, body.encode(), content_type=NDJSON, headers=headers)


def test_own_test_calls_rate_the_number(caller, acme, number):
    answer = send(caller, [line(id=str(n)) for n in range(4)])
    again = send(caller, [line(id="0", time=timezone.now().isoformat())])
    with account_scope(acme):
        assert NumberStatus.objects.get().rating == Rating.SPAM
        assert Reading.objects.count() == 5
    assert (answer.status_code, answer.json()["stored"], again.json()["stored"]) == (200, 4, 1)


def test_what_customers_saw_is_evidence_and_never_a_status(caller, acme, number):
    times = [(timezone.now() - timedelta(hours=hours)).isoformat() for hours in range(5)]
    reports = [line(seen_by="customer", carrier="absent", time=time) for time in times]
    first, second = send(caller, reports).json(), send(caller, reports).json()
    with account_scope(acme):
        assert NumberStatus.objects.get().rating == Rating.UNKNOWN
        assert Complaint.objects.filter(agency="customer").count() == 5
        assert NumberStatus.objects.get().complaints_90d == 5
    assert caller.get(f"/api/v1/numbers/{number.uuid}").json()["complaints_90d"] == 5
    assert (first["customer_reports"], second["customer_reports"]) == (5, 0)


@pytest.mark.django_db(transaction=True)
def test_while_a_file_of_complaints_is_taken_reports_are_counted_by_the_next_upkeep(caller, acme, number):
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        other.cursor().execute(complaints_sql.ONE_AT_A_TIME)
        report = send(caller, [line(seen_by="customer", carrier="absent")]).json()
        with account_scope(acme):
            assert (report["customer_reports"], NumberStatus.objects.get().complaints_90d) == (1, 0)
    complaints.refresh_complaint_counts(timezone.now())
    with account_scope(acme):
        assert NumberStatus.objects.get().complaints_90d == 1


def test_lines_that_cannot_be_read_are_told_and_the_others_kept(caller, number):
    lines = [
        line(),
        "{broken",
        line(carrier="telnyx"),
        line(carrier="nobody"),
        line(label="absent"),
        line(time="yesterday"),
        "[]",
        line(number="+13035550199"),
    ]
    report = send(caller, lines).json()
    assert (report["stored"], report["unknown_number"], report["refused"]) == (1, 1, 6)
    assert [one["line"] for one in report["refused_lines"]] == [2, 3, 4, 5, 6, 7]
    assert "att" in report["refused_lines"][1]["reason"]
    assert not Source.objects.filter(key="nobody").exists()


def test_another_accounts_numbers_are_unknown(other_caller, acme, number):
    assert send(other_caller, [line()]).json()["unknown_number"] == 1
    with account_scope(acme):
        assert not Reading.objects.exists()


def test_the_same_request_again_is_done_once(caller, acme, number):
    lines = [line()]
    first, second = (send(caller, lines, **{"Idempotency-Key": "batch-1"}).json() for _ in range(2))
    other = send(caller, [line(id="other")], **{"Idempotency-Key": "batch-1"})
    assert first == second
    assert first["stored"] == 1
    assert other.status_code == 422


def test_too_many_lines_and_another_type_are_refused(caller, number):
    assert send(caller, ["{}"] * 20_001).status_code == 413
    assert caller.post(OBSERVATIONS, {"a": 1}, content_type="application/json").status_code == 415
    assert caller.post(OBSERVATIONS, b"x" * (10 * 1024 * 1024 + 1), content_type=NDJSON).status_code == 413
    for nothing in ([], ["", "  "]):
        assert send(caller, nothing).json()["errors"] == {"body": [observations.EMPTY]}


def test_a_job_switches_monitoring_for_many_numbers_with_a_line_each(caller, acme, owner, number):
    other = make_number(acme, "+13035550102")
    body = {"action": "enable", "numbers": [str(number.uuid), str(other.uuid)]}
    answer = caller.post("/api/v1/jobs", body, content_type="application/json")
    job = answer.json()
    assert (answer.status_code, job["total"], job["action"]) == (202, 2, JobKind.ENABLE.value)
    assert caller.get(f"/api/v1/jobs/{job['id']}").json()["total"] == 2
    items = caller.get(f"/api/v1/jobs/{job['id']}/numbers").json()["results"]
    assert {item["number"] for item in items} == {number.e164, other.e164}
    with account_scope(acme):
        assert NumberJob.objects.get().actor == owner
        assert AuditEvent.objects.filter(action="numbers.enabled").exists()


def test_a_job_with_an_idempotency_key_is_started_once(caller, acme, number):
    body = {"action": "disable", "numbers": [str(number.uuid)]}
    first, again = (
        caller.post("/api/v1/jobs", body, content_type="application/json", headers={"Idempotency-Key": "job-1"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code, first.json()) == (202, 202, again.json())
    with account_scope(acme):
        assert NumberJob.objects.count() == 1


def test_a_job_with_a_foreign_number_does_nothing(other_caller, globex, number):
    own = make_number(globex, "+13035550102")
    body = {"action": "disable", "numbers": [str(own.uuid), str(number.uuid)]}
    assert other_caller.post("/api/v1/jobs", body, content_type="application/json").status_code == 404
    with all_accounts():
        assert not NumberJob.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"action": "enable"}, {"action": "sell", "numbers": ["x"]}, {"action": "enable", "numbers": []}]
)
def test_a_job_that_is_not_understood_is_refused(caller, acme, body):
    answer = caller.post("/api/v1/jobs", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"]
