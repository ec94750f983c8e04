"""Fair turns: nobody gets a second thing done before everybody got one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.server.turns import PREFERRED, Full, Turns


def drained(turns: Turns[str]) -> str:
    return "".join(turns.pop() for _ in range(len(turns)))


def test_readers_take_turns() -> None:
    turns: Turns[str] = Turns(most=10, each=10)
    for item in "AAAABBC":
        turns.put(item, item)
    assert drained(turns) == "ABCABAA"
    with pytest.raises(KeyError):
        turns.pop()


def test_who_comes_later_waits_at_most_one_turn_of_each_other() -> None:
    turns: Turns[str] = Turns(most=10, each=10)
    for item in "AAAA":
        turns.put(item, item)
    assert turns.pop() == "A"
    turns.put("B", "B")
    assert drained(turns) == "ABAA"


def done(turns: Turns[str], seconds: dict[bool, float]) -> str:
    """What comes out, one after the other, if each takes as long as is given for `later`."""
    order = ""
    while len(turns):
        item = turns.pop()
        later = item.islower()
        turns.finish(seconds[later], later=later)
        order += item
    return order


def waiting(later: str, first: str) -> Turns[str]:
    turns: Turns[str] = Turns(most=100, each=10)
    for item in later:
        turns.put(item, item, later=True)
    for item in first:
        turns.put(item, item)
    return turns


def test_what_shows_nothing_yet_gets_most_of_the_time_but_not_all() -> None:
    turns = waiting("abc", "ABCDEFGHIJ")
    assert PREFERRED == 4
    assert done(turns, {False: 1 / 16, True: 1 / 16}) == "AaBCDEbFGHIcJ"


def test_a_long_step_waits_for_many_short_ones() -> None:
    turns = waiting("ab", "ABCDEFGHIJ")
    assert done(turns, {False: 1 / 16, True: 1 / 8}) == "AaBCDEFGHIbJ"


def test_of_what_goes_on_one_step_at_a_time_while_clicks_wait() -> None:
    turns = waiting("abc", "ABC")
    assert turns.pop() == "A"
    turns.finish(1, later=False)
    assert [turns.pop(), turns.pop(), turns.pop()] == ["a", "B", "C"]
    assert [turns.pop(), turns.pop()] == ["b", "c"], "no click waits"


def test_what_goes_on_does_so_where_it_began() -> None:
    turns: Turns[str] = Turns(most=10, each=10, places=2)
    turns.put("a", "a", later=True, place=1)
    turns.put("b", "B")
    assert not turns.has(0, fits=str.islower)
    assert turns.has(1, fits=str.islower)
    with pytest.raises(KeyError):
        turns.pop(0, fits=str.islower)
    assert turns.pop(0) == "B"
    assert turns.pop(1) == "a"
    assert not turns.has(1)


def test_what_does_not_fit_waits_for_its_place() -> None:
    turns: Turns[str] = Turns(most=10, each=10, places=2)
    for item in "ABC":
        turns.put(item, item)
    assert turns.pop(0, fits=lambda item: item == "B") == "B"
    assert drained(turns) == "AC"


def test_what_goes_on_takes_room_from_all_but_not_from_its_reader() -> None:
    turns: Turns[str] = Turns(most=3, each=1)
    turns.put("a", "1", later=True)
    turns.put("a", "2")
    with pytest.raises(Full):
        turns.put("a", "3")
    turns.put("b", "4", later=True)
    with pytest.raises(Full):
        turns.put("c", "5")
    assert sorted(turns) == ["1", "2", "4"]
    assert turns.remove(lambda item: item == "1") == ["1"]
    assert drained(turns) == "24"


def test_there_is_no_room_beyond_the_bounds() -> None:
    turns: Turns[str] = Turns(most=3, each=2)
    turns.put("a", "1")
    turns.put("a", "2")
    with pytest.raises(Full):
        turns.put("a", "3")
    turns.put("b", "4")
    with pytest.raises(Full):
        turns.put("c", "5")
    turns.put("c", "6", bounded=False)
    assert drained(turns) == "1462"


def test_what_is_taken_out_leaves_the_others_in_their_places() -> None:
    turns: Turns[str] = Turns(most=10, each=10)
    for reader, item in ("a", "1"), ("a", "x"), ("b", "x"), ("c", "2"), ("a", "3"):
        turns.put(reader, item)
    assert turns.remove(lambda item: item == "x") == ["x", "x"]
    assert drained(turns) == "123"[0] + "2" + "3"


@given(st.lists(st.one_of(st.none(), st.tuples(st.sampled_from("abc"), st.integers(0, 9)))))
def test_nothing_is_lost_and_each_readers_items_keep_their_order(steps: list[tuple[str, int] | None]) -> None:
    turns: Turns[tuple[str, int]] = Turns(most=1000, each=1000)
    put, popped = [], []
    for step in steps:
        if step is not None:
            turns.put(step[0], step)
            put.append(step)
        elif len(turns):
            popped.append(turns.pop())
        assert len(turns) == len(list(turns)) == len(put) - len(popped)
    popped += [turns.pop() for _ in range(len(turns))]
    for reader in "abc":
        assert [item for item in popped if item[0] == reader] == [item for item in put if item[0] == reader]
