"""`POST /api/v1/observations`: an account's own test calls, and what its customers saw (D23)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api import problems, schema
from api.base import ApiView
from phone_numbers.feeds import ingest
from phone_numbers.services import own_calls
from providers.base import Observation
from providers.carrier_feed import observation_of

NDJSON = "application/x-ndjson"
MOST_LINES = 20_000
MOST_BYTES = 10 * 1024 * 1024
SHOWN = 100  # refused lines that are told one by one
CUSTOMER = "customer"
EMPTY = "The body is empty. Send one JSON object on each line."
EXAMPLE = (
    '{"id":"t-1","number":"+13035550101","carrier":"att","time":"2026-11-20T08:15:30Z","label":"Spam Likely"}\n'
    '{"number":"+13035550101","carrier":"verizon","time":"2026-11-20T08:16:02Z","label":null}\n'
    '{"number":"+13035550101","seen_by":"customer","time":"2026-11-20T08:17:00Z","label":"Scam"}\n'
)


REPORT = {
    "stored": 2,
    "duplicate": 0,
    "unknown_number": 0,
    "future": 0,
    "too_late": 0,
    "customer_reports": 1,
    "refused": 0,
    "refused_lines": [],
}


class LineParser(parsers.BaseParser):
    """Takes lines as they are; each is judged by itself."""

    media_type = NDJSON

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        """Return the body. TooLarge above MOST_BYTES."""
        body: bytes = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise problems.TooLarge(f"At most {MOST_BYTES // 1024 // 1024} MB are taken at once. Send it in parts.")
        return body


class RefusedLineSerializer(serializers.Serializer[Any]):
    """A line that was not taken."""

    line = serializers.IntegerField()
    reason = serializers.CharField()


class ObservationReportSerializer(serializers.Serializer[Any]):
    """What became of the lines."""

    stored = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    unknown_number = serializers.IntegerField()
    future = serializers.IntegerField()
    too_late = serializers.IntegerField()
    customer_reports = serializers.IntegerField(help_text="Kept as evidence; they never change a status.")
    refused = serializers.IntegerField()
    refused_lines = RefusedLineSerializer(many=True, help_text=f"The first {SHOWN}.")


class ObservationsView(ApiView):
    """Takes lines of the carrier feed's format, without its last line."""

    scopes = {"POST": ApiScope.OBSERVATIONS_WRITE}
    parser_classes = [LineParser]

    @schema.call(
        "Report test calls and what customers saw",
        scope=ApiScope.OBSERVATIONS_WRITE,
        answers={200: ObservationReportSerializer},
        refusals=(413, 415, 409, 422, 400),
        parameters=[schema.IDEMPOTENCY],
        request={NDJSON: {"type": "string", "minLength": 1}},
        examples=[
            OpenApiExample("Three lines", EXAMPLE, request_only=True, media_type=NDJSON),
            schema.example(REPORT),
        ],
        operation_id="observations_report",
        description=(
            f"One JSON object on each line, at most {MOST_LINES:,} lines or {MOST_BYTES // 1024 // 1024} MB: `number`, "
            "`carrier` (att, verizon, tmobile, uscellular), `time`, `label` (null for none), and if you have them `id` "
            'and `category`. A line with `"seen_by": "customer"` in place of `carrier` is what somebody told you: '
            "evidence, never a status. The same line again changes nothing."
        ),
    )
    def post(self, request: Request) -> Response:
        """Take the lines; those that cannot be read are told and the others kept."""
        lines = self.body.splitlines()
        if not any(line.strip() for line in lines):
            raise exceptions.ValidationError({"body": [EMPTY]})
        if len(lines) > MOST_LINES:
            raise problems.TooLarge(f"At most {MOST_LINES:,} lines are taken at once. Send them in parts.")
        return self.once(lambda: (200, self._take(lines)))

    @property
    def body(self) -> bytes:
        """Return the lines as they came."""
        return self.request.data if isinstance(self.request.data, bytes) else b""

    def _take(self, lines: Sequence[bytes]) -> dict[str, Any]:
        calls, reports, refused = _sorted(lines, own_calls.carriers())
        counts = ingest.ingest_page(self.account, calls, now=self.now)
        kept = own_calls.keep_reports(self.account, reports, now=self.now)
        return asdict(counts) | {
            "customer_reports": kept,
            "refused": len(refused),
            "refused_lines": refused[:SHOWN],
        }


def _sorted(
    lines: Sequence[bytes], carriers: frozenset[str]
) -> tuple[list[Observation], list[Observation], list[dict[str, Any]]]:
    """Return test calls, customers' reports, and the lines that were refused with their reasons."""
    calls: list[Observation] = []
    reports: list[Observation] = []
    refused = []
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            by_customer, found = _read(line)
            if not by_customer and found.source not in carriers:
                raise ValueError(f"carrier must be one of {', '.join(sorted(carriers))}.")
            (reports if by_customer else calls).append(found)
        except (ValueError, RecursionError) as error:
            refused.append({"line": place, "reason": str(error)})
    return calls, reports, refused


def _read(line: bytes) -> tuple[bool, Observation]:
    """Return whether a customer saw it, and the observation. ValueError in words."""
    entry = _object(line)
    if entry.get("seen_by") == CUSTOMER:
        return True, observation_of(json.dumps(entry | {"carrier": CUSTOMER}).encode())
    return False, observation_of(line)


def _object(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise ValueError("The line is not valid JSON in UTF-8.") from error
    if not isinstance(entry, dict):
        raise ValueError("The line is not a JSON object.")
    return entry
