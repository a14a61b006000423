"""Small numbers, attacked: whoever knows every number shown, the rules, and why a cell is hidden, finds nobody."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import disclosure
from core.disclosure import Figure, Line, Reason, Rules

RULES = Rules(threshold=5, rounding=5, share_base=20)
ALL = "all"


def table(*parts):
    """One line: a total and its parts."""
    counts = {ALL: sum(parts), **dict(enumerate(parts))}
    return counts, [Line(ALL, tuple(range(len(parts))))]


def grid(rows):
    """Two kinds of total that cross, such as organisations and staff groups."""
    numbers = range(len(rows[0]))
    counts = {(row, column): count for row, line in enumerate(rows) for column, count in enumerate(line)}
    counts |= {(row, ALL): sum(line) for row, line in enumerate(rows)}
    counts |= {(ALL, column): sum(line[column] for line in rows) for column in numbers}
    counts[ALL, ALL] = sum(map(sum, rows))
    lines = [Line((row, ALL), tuple((row, column) for column in numbers)) for row in range(len(rows))]
    lines += [Line((ALL, column), tuple((row, column) for row in range(len(rows)))) for column in numbers]
    lines.append(Line((ALL, ALL), tuple((row, ALL) for row in range(len(rows)))))
    lines.append(Line((ALL, ALL), tuple((ALL, column) for column in numbers)))
    return counts, lines


def shown(counts, lines, **more):
    return disclosure.protect(counts, lines, RULES, **more)


# What is shown -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1352, 1350)])
def test_counts_are_rounded_to_the_nearest_five_and_nought_is_nought(count, expected):
    assert disclosure.figure(count, None, RULES) == Figure(expected)


def test_one_to_four_are_small():
    counts, lines = table(1, 2, 3, 4, 5, 50)
    figures = shown(counts, lines)
    assert [figures[part].hidden for part in range(4)] == ["small"] * 4


def test_a_hidden_count_is_never_alone_and_the_next_smallest_goes_with_it():
    figures = shown(*table(3, 40, 12, 80))
    assert [figures[part].hidden for part in range(4)] == ["small", "", "protects", ""]
    assert figures[ALL].shown == 135


def test_a_total_is_rounded_from_the_true_total():
    assert shown(*table(7, 7, 7, 7))[ALL].shown == 30  # not 4 times 5


def test_a_table_without_small_numbers_hides_nothing():
    assert not disclosure.hide(*table(0, 5, 6, 70), RULES)


def test_under_a_small_total_nothing_is_shown_noughts_included():
    figures = shown(*table(0, 1, 0, 2))
    assert {figure.hidden for figure in figures.values()} == {"small"}


def test_rounding_alone_would_have_pinned_this_one():
    """3 parts of 7, 7 and 4: 5 + 5 shown of 20 leave at least 4."""
    figures = shown(*table(7, 7, 4))
    assert [figures[part].shown for part in range(3)].count(None) == 2


def test_crossed_cells_do_not_say_why_they_are_hidden():
    counts, lines = grid([[3, 30], [30, 30]])
    crossed = {(row, column) for row, column in product(range(2), repeat=2)}
    figures = shown(counts, lines, untold=crossed)
    assert {figures[cell].hidden for cell in crossed} <= {"", "protects"}
    assert figures[0, 0].hidden


def test_shares_are_of_the_rounded_counts_and_need_a_base():
    assert disclosure.share(Figure(410), Figure(540), RULES) == 76
    assert disclosure.share(Figure(10), Figure(15), RULES) is None
    assert disclosure.share(Figure(None, "small"), Figure(40), RULES) is None
    assert disclosure.share(Figure(5), Figure(None, "protects"), RULES) is None


def test_other_thresholds_and_roundings_are_obeyed():
    rules = Rules(threshold=10, rounding=10, share_base=50)
    figures = disclosure.protect(*table(9, 34, 57), rules)
    assert figures[0].hidden == "small" and figures[1].hidden == "protects" and figures[2].shown == 60
    assert disclosure.share(Figure(20), Figure(40), rules) is None


# The attack --------------------------------------------------------------------------------------


def candidates(counts, lines, hidden, untold=frozenset()):
    """What an attacker who has read this source holds possible for each cell, before adding anything up."""
    highest = max(counts.values()) + 6
    under_small = {part for line in lines if hidden.get(line.total) == Reason.SMALL for part in line.parts}
    found = {}
    for cell, count in counts.items():
        reason = hidden.get(cell)
        if reason is None:
            rounded = RULES.rounded(count)
            found[cell] = [number for number in [0, *range(5, highest)] if RULES.rounded(number) == rounded]
        elif cell in untold:
            found[cell] = list(range(highest))
        elif reason == Reason.SMALL:
            found[cell] = list(range(0 if cell in under_small else 1, 5))
        else:
            found[cell] = [0, *range(5, highest)]
    return found


def attack_line(counts, lines, hidden):
    """Every value that a hidden cell can have in some assignment that fits the line."""
    (line,), possible = lines, candidates(counts, lines, hidden)
    sums = {0}
    for part in line.parts:
        sums = {total + number for total in sums for number in possible[part]}
    values = {line.total: sums & set(possible[line.total])}
    for part in line.parts:
        others = {0}
        for other in line.parts:
            if other != part:
                others = {total + number for total in others for number in possible[other]}
        values[part] = {number for number in possible[part] if any(total - number in others for total in possible[line.total])}
    return {cell: values[cell] for cell in hidden}


def attack_two_by_two(counts, lines, hidden, untold):
    possible = {cell: set(numbers) for cell, numbers in candidates(counts, lines, hidden, untold).items()}
    rows = [[(a, b) for a in possible[row, 0] for b in possible[row, 1] if a + b in possible[row, ALL]] for row in range(2)]
    values = {cell: set() for cell in hidden}
    for (a, b), (c, d) in product(*rows):
        world = {(0, 0): a, (0, 1): b, (1, 0): c, (1, 1): d, (0, ALL): a + b, (1, ALL): c + d}
        world |= {(ALL, 0): a + c, (ALL, 1): b + d, (ALL, ALL): a + b + c + d}
        if all(world[cell] in possible[cell] for cell in [(ALL, 0), (ALL, 1), (ALL, ALL)]):
            for cell in values:
                values[cell].add(world[cell])
    return values


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 40)), min_size=2, max_size=7))
def test_no_attacker_pins_a_hidden_cell_of_one_line(parts):
    counts, lines = table(*parts)
    hidden = disclosure.hide(counts, lines, RULES)
    for cell, values in attack_line(counts, lines, hidden).items():
        assert counts[cell] in values  # the attacker's arithmetic is right
        assert len(values) > 1
        if hidden[cell] == Reason.SMALL:
            assert values >= {1, 2, 3, 4}  # no more is learned than that it is small


def test_no_attacker_pins_a_hidden_cell_in_any_small_table():
    """Every table of two and of three parts up to 11."""
    for size in (2, 3):
        for parts in product(range(12), repeat=size):
            if list(parts) == sorted(parts):
                counts, lines = table(*parts)
                hidden = disclosure.hide(counts, lines, RULES)
                assert all(len(values) > 1 for values in attack_line(counts, lines, hidden).values()), parts


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 14)), min_size=4, max_size=4))
def test_no_attacker_pins_a_hidden_cell_where_two_kinds_of_total_cross(cells):
    counts, lines = grid([cells[:2], cells[2:]])
    untold = set(product(range(2), repeat=2))
    hidden = disclosure.hide(counts, lines, RULES, untold)
    for cell, values in attack_two_by_two(counts, lines, hidden, untold).items():
        assert counts[cell] in values
        assert len(values) > 1, (cells, cell)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 25), min_size=4, max_size=4), min_size=2, max_size=6))
def test_in_larger_grids_no_line_holds_one_hidden_cell_and_no_small_count_is_shown(rows):
    counts, lines = grid(rows)
    hidden = disclosure.hide(counts, lines, RULES)
    assert all(cell in hidden for cell, count in counts.items() if 0 < count < 5)
    for line in lines:
        assert sum(cell in hidden for cell in line.cells()) != 1


def test_a_cell_is_hidden_in_every_table_or_in_none():
    """The year is two half years: what the half hides, the year's own table cannot give back."""
    counts = {"h1a": 3, "h1b": 40, "h1": 43, "h2a": 20, "h2b": 40, "h2": 60, "ya": 23, "yb": 80, "y": 103}
    lines = [Line("h1", ("h1a", "h1b")), Line("h2", ("h2a", "h2b")), Line("y", ("ya", "yb")), Line("y", ("h1", "h2"))]
    lines += [Line("ya", ("h1a", "h2a")), Line("yb", ("h1b", "h2b"))]
    hidden = disclosure.hide(counts, lines, RULES)
    for line in lines:
        assert sum(cell in hidden for cell in line.cells()) != 1
