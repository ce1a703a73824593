"""Complaints as lines in the form of the FTC's daily file, which is what the portal takes, whoever told them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

HEADER = (
    "Company_Phone_Number",
    "Created_Date",
    "Violation_Date",
    "Consumer_City",
    "Consumer_State",
    "Consumer_Area_Code",
    "Subject",
    "Recorded_Message_Or_Robocall",
)
UNREADABLE = ("?",)
"""A line with too few columns: the portal counts it as unreadable."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint in the words of its source; dates as `2026-11-20 08:15:30`. Nothing of the consumer is kept."""

    number: str
    created: str
    violation: str = ""
    subject: str = ""
    robocall: str = ""


def lines_of(complaints: Iterable[Complaint | None]) -> list[str]:
    """The header and a line for each complaint; None is an entry that could not be read."""
    out = io.StringIO(newline="")
    rows = (UNREADABLE if one is None else _row(one) for one in complaints)
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *rows])
    out.seek(0)
    return list(out)


def _row(one: Complaint) -> tuple[str, ...]:
    return (one.number, one.created, one.violation, "", "", "", one.subject, one.robocall)
