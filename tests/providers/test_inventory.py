"""Made-up inventories: never a real line in the demo, the same on every machine, any size at no cost."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.simulator.area_codes import AREA_CODES, AREA_CODES_BY_STATE
from providers.simulator.inventory import DEMO_SIZE, OTHER_SIZE, Inventory, count_for, numbers

DEMO = re.compile(r"\+1(\d{3})55501\d{2}")


def test_every_demo_number_belongs_to_nobody_and_passes_as_a_valid_one() -> None:
    everything = numbers("demo", DEMO_SIZE, 1)
    assert len(set(everything)) == DEMO_SIZE
    assert all(DEMO.fullmatch(e164) for e164 in everything)
    codes = {e164[2:5] for e164 in everything}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}5550123")) for code in codes)


def test_the_states_and_the_district_are_all_there() -> None:
    assert len(AREA_CODES_BY_STATE) == 51
    assert len(AREA_CODES) == len(set(AREA_CODES)) == 359


def test_the_same_key_and_seed_give_the_same_numbers_and_others_give_others() -> None:
    assert numbers("acme", 5, 1) == numbers("acme", 5, 1)
    assert numbers("acme", 500, 1)[:5] == numbers("acme", 5, 1)
    assert numbers("acme", 50, 1) != numbers("acme", 50, 2)
    assert numbers("acme", 50, 1) != numbers("globex", 50, 1)


@given(st.integers(0, 9_999_999), st.text(max_size=20), st.integers(0, 99))
def test_a_number_is_found_at_its_place_in_ten_million(place: int, key: str, seed: int) -> None:
    inventory = Inventory(key, 10_000_000, seed)
    e164 = inventory[place]
    assert inventory.position(e164) == place
    assert phonenumbers.is_valid_number(phonenumbers.parse(e164))


def test_places_next_to_each_other_in_a_big_inventory_are_distinct_numbers() -> None:
    inventory = Inventory("big", 10_000_000, 3)
    assert len({*inventory[DEMO_SIZE - 1000 : DEMO_SIZE + 50_000]}) == 51_000


@given(st.text(max_size=16))
def test_anything_else_is_simply_not_held(text: str) -> None:
    assert text not in Inventory("acme", 0, 1)


@pytest.mark.parametrize(
    "e164",
    ["+12025550200", "+12025550099", "+18002345678", "+19005550101", "+12025550", "+1202555010\u0661", "12025550101"],
)
def test_numbers_outside_the_made_up_range_have_no_place(e164: str) -> None:
    assert Inventory("acme", DEMO_SIZE, 1).position(e164) is None


def test_a_number_beyond_the_inventorys_size_is_not_held() -> None:
    large, small = Inventory("acme", 100, 1), Inventory("acme", 50, 1)
    assert small.position(large[49]) == 49
    assert small.position(large[50]) is None


@pytest.mark.parametrize(("key", "count"), [("demo-acme-n5000", 5000), ("demo", 40), ("a-n12-b", 40), ("x-n0", 0)])
def test_the_key_can_say_how_many_numbers_it_holds(key: str, count: int) -> None:
    assert count_for(key, 40) == count


@pytest.mark.parametrize("count", [-1, DEMO_SIZE + OTHER_SIZE + 1])
def test_an_impossible_size_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="holds 0 to"):
        Inventory("acme", count, 1)
