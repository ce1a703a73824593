"""Moves of a state: declared once, read by the model's transitions, the database's wall and moves over many rows.

A table of moves names each move with the states that it may start from and the one that it ends in. `declare` turns
a row of it into a django-fsm-2 transition, `edges` into what pgtrigger.FSM lets pass, and a statement over many rows
takes `sources` and `target` of the declared transition, so that none of the three can say something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models
from django_fsm import FSMFieldMixin, transition


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the states that it may start from, and the one that it ends in."""

    sources: tuple[str, ...]
    target: str


Moves = Mapping[str, Move]


def edges(moves: Moves) -> list[tuple[str, str]]:
    """Return every pair of states that some move connects, as pgtrigger.FSM takes them."""
    return sorted({(str(source), str(move.target)) for move in moves.values() for source in move.sources})


def wall(moves: Moves, field: str = "state") -> pgtrigger.FSM:
    """Return the trigger by which the database refuses every other move, whoever asks for it.

    Its function is called for a forbidden move only. pgtrigger's functions begin with a block that catches an error,
    which is a subtransaction: among the inserts of a large transaction that took a millisecond for each row.
    """
    allowed = ", ".join(f"'{source}:{target}'" for source, target in edges(moves))
    pair = f"OLD.{field} || ':' || NEW.{field}"
    forbidden = pgtrigger.Condition(f"OLD.{field} <> NEW.{field} AND {pair} <> ALL (ARRAY[{allowed}])")
    return pgtrigger.FSM(name=f"{field}_moves", field=field, transitions=edges(moves), condition=forbidden)


def declare(move: Move, field: str = "state") -> Callable[[Any], Any]:
    """Return the decorator that makes a method of the model this move."""
    return transition(field=field, source=[str(source) for source in move.sources], target=str(move.target))


def declared(model: type[models.Model], name: str, field: str = "state") -> Move:
    """Return a transition of a model by its name, as django-fsm-2 knows it; KeyError when it is not declared."""
    states = model._meta.get_field(field)
    if not isinstance(states, FSMFieldMixin):
        raise KeyError(f"{model.__name__}.{field} has no transitions.")
    found = [one for one in states.get_all_transitions(model) if one.name == name]
    if not found:
        raise KeyError(f"{model.__name__} has no transition {name}.")
    return Move(tuple(str(one.source) for one in found), str(found[0].target))
