"""What the documentation lists and draws is what the code holds: addresses, tables, states, ticks, commands, alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from inspect import getfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db import connection
from django.db.models import Choices
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account
from common import moves as declared_moves
from common.scope import account_scope
from enrollment.models import EnrollmentState
from enrollment.number_states import MOVES_AT_PROVIDER, AtProvider
from enrollment.provider_states import PROOF_MOVES, VETTING_MOVES, Proof, Vetting
from phone_numbers import states
from phone_numbers.models import ImportJob
from phone_numbers.services import counts, imports
from phone_numbers.states import Rating, Registration, status_of
from remediation.states import (
    CASE_MOVES,
    SUBMISSION_MOVES,
    TICKET_MOVES,
    CaseState,
    SubmissionState,
    TicketState,
)
from tests import factories

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ARCHITECTURE = (DOCS / "architecture.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
INDEX = (DOCS / "decisions" / "README.md").read_text()
RECORDS = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
PACKAGES = (
    "accounts",
    "api",
    "common",
    "enrollment",
    "phone_numbers",
    "providers",
    "remediation",
    "reputation_portal",
)
ENUMERATIONS = (
    states.Registration,
    states.Rating,
    states.ReputationStatus,
    states.Capability,
    states.CampaignState,
    EnrollmentState,
    CaseState,
)
DRAWN = (
    states.FeedState,
    states.ImportState,
    EnrollmentState,
    AtProvider,
    Vetting,
    Proof,
    CaseState,
    SubmissionState,
    TicketState,
)
EDGE = re.compile(r"^ +(\S+) --> (\S+?)(?:: (.*))?$", re.MULTILINE)


def rows_below(header: str, text: str = ARCHITECTURE) -> list[list[str]]:
    """Return the cells of the table whose header row begins so."""
    start = text.index(f"\n{header}") + 1
    lines = text[start:].split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def code(cell: str) -> str:
    return cell.strip().strip("`")


def sources() -> Iterator[str]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            yield path.read_text()


# --- Addresses and tables ---


def own_routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield name, address and file of every page that is not django-allauth's."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from own_routes(pattern, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern) and (namespace or not str(pattern.name).startswith("account_")):
            view = getattr(pattern.callback, "view_class", pattern.callback)
            file = Path(getfile(view)).relative_to(ROOT).as_posix()
            yield f"{namespace}{pattern.name}", f"/{prefix}{spelled(str(pattern.pattern))}", file


def spelled(route: str) -> str:
    """Return a route with its parameters as the documentation spells them."""
    named_groups = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route.strip("^$"))
    return re.sub(r"<\w+:(\w+)>", r"<\1>", named_groups)


def test_every_address_stands_in_the_architecture_with_its_file() -> None:
    documented = [tuple(code(cell) for cell in row) for row in rows_below("| Name | Address | View |")]
    assert sorted(documented) == sorted(own_routes(get_resolver()))


def test_every_table_of_ours_is_described() -> None:
    described = re.findall(r"`(\w+)`", " ".join(row[0] for row in rows_below("| Table | What a row is |")))
    ours = [model.__name__ for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    assert sorted(described) == sorted(ours)


# --- States ---


@pytest.mark.parametrize("words", ENUMERATIONS, ids=lambda words: words.__name__)
def test_every_word_of_a_state_is_described(words: type[Choices]) -> None:
    described = [code(row[0]) for row in rows_below(f"| `{words.__name__}` |")]
    assert sorted(described) == sorted(words.names)


def edges_of(words: type[Enum]) -> list[tuple[str, str, str]]:
    """Return the arrows of the diagram below the heading that names the enumeration: from, to, why."""
    below = ARCHITECTURE.split(f"(`{words.__name__}`)\n", 1)[1]
    return EDGE.findall(below.split("```mermaid\n", 1)[1].split("```", 1)[0])


@pytest.mark.parametrize("words", DRAWN, ids=lambda words: words.__name__)
def test_a_diagram_draws_every_state_and_no_other(words: type[Choices]) -> None:
    drawn = {state for start, end, _ in edges_of(words) for state in (start, end)}
    assert drawn - {"[*]"} == set(words.values)
    first = [end for start, end, _ in edges_of(words) if start == "[*]"]
    assert first == [words.values[0]]


def test_the_status_is_derived_as_the_table_says() -> None:
    for word, when in rows_below("| `ReputationStatus` |"):
        status = states.ReputationStatus[code(word)]
        named = code(when.split("`")[1])
        if named == Registration.IN_PROGRESS.name:
            assert {status_of(Registration.IN_PROGRESS, rating) for rating in Rating} == {status}
        else:
            settled = [one for one in Registration if one != Registration.IN_PROGRESS]
            assert {status_of(one, Rating[named]) for one in settled} == {status}


@pytest.mark.parametrize(
    ("words", "moves"),
    [(CaseState, CASE_MOVES), (SubmissionState, SUBMISSION_MOVES), (TicketState, TICKET_MOVES)],
    ids=["CaseState", "SubmissionState", "TicketState"],
)
def test_the_diagram_of_remediation_draws_every_move_by_its_name(
    words: type[Choices], moves: declared_moves.Moves
) -> None:
    drawn = {(start, end, name) for start, end, name in edges_of(words) if start != "[*]"}
    assert drawn == {(str(source), str(move.target), name) for name, move in moves.items() for source in move.sources}


@pytest.mark.parametrize(
    ("words", "moves"),
    [(AtProvider, MOVES_AT_PROVIDER), (Vetting, VETTING_MOVES), (Proof, PROOF_MOVES)],
    ids=["AtProvider", "Vetting", "Proof"],
)
def test_the_diagram_of_what_stands_at_a_provider_draws_what_the_database_lets_through(
    words: type[Choices], moves: tuple[tuple[str, str], ...]
) -> None:
    drawn = {(start, end) for start, end, _ in edges_of(words) if start != "[*]"}
    assert drawn == {(str(start), str(end)) for start, end in moves}


MOVES = {"cancel": imports.cancel, "confirm": imports.confirm}


@pytest.mark.parametrize("state", states.ImportState)
@pytest.mark.parametrize("move", MOVES)
def test_an_import_moves_only_along_the_arrows_of_the_diagram(
    acme: Account, move: str, state: states.ImportState
) -> None:
    arrows = {start: end for start, end, why in edges_of(states.ImportState) if why.partition(",")[0] == move}
    with account_scope(acme):
        job = ImportJob.objects.create(
            account=acme, filename="numbers.csv", size=1, state=state, created_at=factories.NOW
        )
        if move == "cancel":
            imports.cancel(job, now=factories.NOW)
        else:
            imports.confirm(job, actor=None, now=factories.NOW)
        job.refresh_from_db()
    assert job.state == arrows.get(state, state)


# --- Work, commands, alarms ---


def test_every_tick_stands_in_the_architecture_with_its_interval() -> None:
    documented = {code(task): float(every.removesuffix(" s")) for task, every, _ in rows_below("| Task | Every |")}
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    assert documented == {tick["task"]: tick["schedule"] for tick in schedule.values()}


def test_every_command_is_described() -> None:
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in PACKAGES}
    described = [code(row[0]).split()[0] for row in rows_below("| `manage.py` command |", OPERATIONS)]
    assert sorted(described) == sorted(ours)


def test_every_variable_that_is_read_outside_settings_is_in_the_example() -> None:
    read = {name for text in sources() for name in re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', text)}
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read - named == set()


def test_every_warning_and_error_of_the_log_is_explained() -> None:
    said = {
        words for text in sources() for words in re.findall(r'log\.(?:warning|error|exception)\(\s*"([^"]+)"', text)
    }
    assert said
    assert {words for words in said if f"`{words}`" not in OPERATIONS} == set()


def test_every_word_for_the_health_of_a_feed_is_explained() -> None:
    text = (ROOT / "phone_numbers" / "selectors" / "feeds.py").read_text()
    words = set(re.findall(r'FeedHealth\(\s*"([^"]+)"', text))
    assert {code(row[0]) for row in rows_below("| On the Feeds page |", OPERATIONS)} == words


# --- Records and links ---


def title_of(record: str) -> str:
    first_line = (DOCS / "decisions" / record).read_text().splitlines()[0]
    return re.sub(r"^# \d{4}:? ", "", first_line)


def test_every_decision_is_in_the_index_by_its_own_title() -> None:
    listed = re.findall(r"\[(\d{4})\]\((\S+\.md)\) \| (.+?) \|$", INDEX, re.MULTILINE)
    assert listed == [(name[:4], name, title_of(name)) for name in RECORDS]


def test_no_two_decisions_share_a_number() -> None:
    assert len({name[:4] for name in RECORDS}) == len(RECORDS)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(file: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", file.read_text())
    local = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]
    assert [link for link in local if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_there(file: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join((*PACKAGES, 'tests', 'templates', 'docs'))})/[\w./-]+)`", file.read_text())
    in_recipes = set(re.findall(r"^`([\w/.]+)`:$", file.read_text(), re.MULTILINE))
    assert [name for name in named if not (ROOT / name).exists() and name not in in_recipes] == []


# --- The statements that operators run ---


def test_the_totals_can_be_counted_anew_as_written(acme: Account) -> None:
    factories.make_number(acme, rating=Rating.SPAM)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE numbers_numbercount SET n = n + 5 WHERE account_id = %s", [acme.pk])
        assert counts.count_differences() == [(acme.pk, 1)]
        statements = re.search(r"```sql\nBEGIN;\n(.*?)COMMIT;\n```", OPERATIONS, re.DOTALL)
        assert statements
        cursor.execute(statements[1].replace("account_id = 1", f"account_id = {acme.pk:d}"))
    assert counts.count_differences() == []
