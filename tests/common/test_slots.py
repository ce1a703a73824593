"""Limited places: counted across connections, given back whatever happens."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from common import slots

SPACE = 77
pytestmark = pytest.mark.django_db


def limit(size: int = 1, owner: int = 0) -> slots.Limit:
    return slots.Limit("test", size, SPACE, owner)


def is_free(*limits: slots.Limit) -> bool:
    try:
        slots.take(limits).release()
    except slots.NoFreeSlot:
        return False
    return True


def test_as_many_places_as_the_limit_and_no_more() -> None:
    held = [slots.take([limit(3)]) for _ in range(3)]
    assert not is_free(limit(3))
    held.pop().release()
    assert is_free(limit(3))
    for slot in held:
        slot.release()


def test_the_refusal_names_the_limit_and_leaves_nothing_held() -> None:
    everywhere = slots.take([limit()])
    own = limit(owner=5)
    with pytest.raises(slots.NoFreeSlot) as refused:
        slots.take([own, limit()])
    assert refused.value.limit == limit()
    everywhere.release()
    assert is_free(own, limit())


def test_owners_and_spaces_do_not_meet() -> None:
    held = [slots.take([limit(owner=1)])]
    assert is_free(limit(owner=2))
    assert is_free(slots.Limit("other", 1, SPACE + 1, 1))
    held[0].release()


def test_a_place_can_be_given_back_twice_and_from_another_thread() -> None:
    slot = slots.take([limit()])
    thread = threading.Thread(target=slot.release)
    thread.start()
    thread.join()
    slot.release()
    assert is_free(limit())


def test_a_process_that_dies_gives_its_place_back() -> None:
    slot = slots.take([limit()])
    backend = slot._connection.connection.get_backend_pid()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    assert is_free(limit())


def test_the_largest_owner_and_space_fit_into_a_lock() -> None:
    largest = slots.Limit("test", 256, 2**15 - 1, 2**40 - 1)
    assert largest.key(255) == 2**63 - 1
    slots.take([slots.Limit("test", 1, 2**15 - 1, 2**40 - 1)]).release()
