"""A simulated business's numbers: an inventory, less what was removed, plus what was added, page by page."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from providers.simulator.inventory import Inventory
from providers.simulator.records import HeldNumber, Holding

NOW = datetime(2026, 11, 22, tzinfo=UTC)
INVENTORY = Inventory("holding", 40, 1)


@given(st.sets(st.integers(0, 39)), st.integers(0, 5), st.sets(st.integers(0, 39)), st.integers(1, 15))
def test_pages_are_the_whole_list_cut_up(gone: set[int], added: int, back: set[int], size: int) -> None:
    holding = Holding(INVENTORY, NOW)
    for place in gone:
        assert holding.remove(INVENTORY[place], NOW, "customer_removed")
    for number in range(added):
        holding.add(HeldNumber(f"+1202555{number:04d}", NOW))
    for place in gone & back:
        holding.add(HeldNumber(INVENTORY[place], NOW))
    pages = [holding.slice(start, start + size) for start in range(0, len(holding), size)]
    assert [e164 for page in pages for e164 in page] == list(holding)
    assert len(holding) == len(set(holding)) == 40 - len(gone - back) + added


def test_a_removed_number_is_gone_and_removing_it_again_changes_nothing() -> None:
    holding = Holding(INVENTORY, NOW)
    assert holding.remove(INVENTORY[3], NOW, "customer_removed")
    assert not holding.remove(INVENTORY[3], NOW, "customer_removed")
    assert holding.get(INVENTORY[3]) is None
    assert [one.e164 for one in holding.removed()] == [INVENTORY[3]]
    assert len(holding) == 39
