"""Reading a pasted list of numbers for a campaign's pool: what can join, and each refused entry with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from common.phone import MAX_GIVEN_LENGTH, NumberError, parse_number
from phone_numbers.models import Campaign, CampaignNumber, PhoneNumber

LIMIT = 1_000
_SEPARATORS = re.compile(r"[\r\n,;\t]+")


class TooManyNumbersError(ValueError):
    """More entries than are read at once; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that cannot join the pool, as it was given, and why."""

    given: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The numbers that can join, key by E.164, in the order given, and the refused entries."""

    ready: dict[str, int]
    refused: tuple[Refused, ...]

    @property
    def text(self) -> str:
        """Return the numbers that can join, one on each line, as they are sent again to confirm."""
        return "\n".join(self.ready)


def choose_numbers(campaign: Campaign, text: str) -> Chosen:
    """Read numbers separated by line breaks, commas, semicolons or tabs; a repeated one counts once.

    TooManyNumbersError past LIMIT entries.
    """
    parsed, refused = _parsed(_entries(text))
    held = dict(PhoneNumber.objects.filter(e164__in=parsed).values_list("e164", "pk"))
    members = frozenset(
        CampaignNumber.objects.filter(campaign=campaign, number__in=held.values()).values_list("number_id", flat=True)
    )
    ready: dict[str, int] = {}
    for e164, given in parsed.items():
        if e164 not in held:
            refused.append(Refused(given, "The account has no such number. Add it by an import first."))
        elif held[e164] in members:
            refused.append(Refused(given, "It is in this campaign already."))
        else:
            ready[e164] = held[e164]
    return Chosen(ready, tuple(refused))


def _entries(text: str) -> list[str]:
    entries = [entry.strip() for entry in _SEPARATORS.split(text) if entry.strip()]
    if len(entries) > LIMIT:
        raise TooManyNumbersError(
            f"These are {len(entries):,} entries; at most {LIMIT:,} are read at once. Add them in parts, or import a "
            "file with a Campaign column."
        )
    return entries


def _parsed(entries: Sequence[str]) -> tuple[dict[str, str], list[Refused]]:
    """Return what was given by E.164, once each, and what is no phone number."""
    parsed: dict[str, str] = {}
    refused = []
    for entry in entries:
        try:
            parsed.setdefault(parse_number(entry).e164, entry)
        except NumberError as error:
            refused.append(Refused(entry[:MAX_GIVEN_LENGTH], str(error)))
    return parsed, refused
