"""A table of moves is the one declaration that model, database and statements over many rows share."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import InternalError, models, transaction

from accounts.models import Account
from common.moves import Move, declared, edges, wall
from common.scope import account_scope
from remediation.models import Case, Submission, SupportTicket
from remediation.states import CASE_MOVES, CLOSED_STATES, SUBMISSION_MOVES, TICKET_MOVES, CaseState
from tests.remediation import remediation_world as world
from tests.remediation.remediation_world import NOW

TABLES = [(Case, CASE_MOVES), (Submission, SUBMISSION_MOVES), (SupportTicket, TICKET_MOVES)]
BY_NAME = [(model, name, move) for model, moves in TABLES for name, move in moves.items()]


@pytest.mark.parametrize(("model", "name", "move"), BY_NAME, ids=lambda one: getattr(one, "__name__", str(one)))
def test_the_model_knows_each_move_as_the_table_says(model: type[models.Model], name: str, move: Move) -> None:
    found = declared(model, name)
    assert (set(found.sources), found.target) == ({str(one) for one in move.sources}, str(move.target))


def test_a_move_that_is_not_declared_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="Case has no transition fly"):
        declared(Case, "fly")
    with pytest.raises(KeyError, match="has no transitions"):
        declared(Case, "fly", field="reason")


def test_edges_are_every_pair_once() -> None:
    moves = {"go": Move(("a", "b"), "c"), "come": Move(("a",), "c")}
    assert edges(moves) == [("a", "c"), ("b", "c")]
    assert wall(moves).transitions == edges(moves)


@pytest.mark.parametrize("target", CaseState)
@pytest.mark.parametrize("source", [CaseState.OPEN, CaseState.COOLING_DOWN, CaseState.CLEARED])
def test_the_wall_lets_the_edges_pass_and_nothing_else(acme: Account, source: CaseState, target: CaseState) -> None:
    passes = source == target or (str(source), str(target)) in edges(CASE_MOVES)
    (number,) = world.monitored(acme)
    moments = dict.fromkeys(("state_since", "tag_since", "opened_at", "target_at", "limit_at"), NOW)
    with account_scope(acme), transaction.atomic():
        Case.objects.create(account=acme, number=number, state=source, closed_at=ended(source), **moments)
        if passes:
            assert Case.objects.update(state=target, closed_at=ended(target)) == 1
        else:
            with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
                Case.objects.update(state=target, closed_at=ended(target))


def ended(state: CaseState) -> datetime | None:
    return NOW if state in CLOSED_STATES else None
