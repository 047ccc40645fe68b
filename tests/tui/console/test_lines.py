"""Rows of text: cells, not letters; data that cannot move the cursor; wrapping and clipping at the edge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.lines import cell_len, cells, clip_line, spread, wrap, wrap_line
from tui.widgets.packing import pack
from tui.widgets.script import fill, render

TEXT = st.text(alphabet=st.sampled_from("ab c\u0301é李🎉\u200d👩‍💻\n\t\x1b[31m "), max_size=60)


@settings(deadline=None)
@given(TEXT, st.integers(2, 30))
def test_no_wrapped_row_is_wider_than_its_place(text: str, width: int) -> None:
    for row in wrap(text, width):
        assert cell_len(row) <= width
        assert "\x1b" not in row
        assert "\n" not in row


@settings(deadline=None)
@given(TEXT, st.integers(4, 30))
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    kept = "".join("".join(row.split()) for row in wrap(text, width))
    plain = "".join("".join(text.split()).replace("\x1b", "").split())
    assert sorted(kept) == sorted(plain)


@settings(deadline=None)
@given(TEXT, TEXT, st.integers(1, 40))
def test_two_ends_of_a_line_fill_it_exactly(left: str, right: str, width: int) -> None:
    assert cells(spread(((left, "text"),), ((right, "text"),), width)) == width


def test_a_row_ends_without_a_space_and_the_next_begins_without_one() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one two three", 8) == ["one two", "three"]


def test_wide_letters_count_two_cells_when_clipped() -> None:
    assert clip_line((("李小龙李小龙", "text"),), 7) == (("李小龙…", "text"),)


def test_roles_are_kept_and_further_rows_are_indented() -> None:
    rows = wrap_line((("• ", "key"), ("two words", "text")), 7, 2)
    assert rows == [(("• ", "key"), ("two ", "text")), (("  ", "text"), ("words", "text"))]


@pytest.mark.parametrize(("number", "height", "rows"), [(5, 10, 5), (18, 14, 14), (40, 14, 20), (0, 5, 0)])
def test_outcomes_share_rows_only_where_they_are_more_than_rows(number: int, height: int, rows: int) -> None:
    packed = pack((20,) * number, 47, height, 2)
    assert len(packed) == rows
    assert [index for row in packed for index in row] == list(range(number))


def test_those_that_lose_least_share_a_row() -> None:
    assert pack((40, 40, 20, 20), 47, 3, 2) == [[0], [1], [2, 3]]


def test_a_script_is_markdown_and_nothing_in_it_is_markup_of_the_screen() -> None:
    rows = render("# [red]Hi[/red]\n- **buy** *now*\n> quiet\n---\n`x`", 40)
    assert ["".join(text for text, _ in row).rstrip() for row in rows] == [
        " [red]Hi[/red]",
        " • buy now",
        " │ quiet",
        " " + "─" * 40,
        " x",
    ]
    assert ("buy", "strong") in [(text.strip(), role) for text, role in rows[1]]


def test_blanks_of_a_script_are_filled_and_unknown_ones_stay() -> None:
    assert fill("Hello {Name}, {seller} here, {unknown}", {"name": "María", "seller": "Ana"}) == (
        "Hello María, Ana here, {unknown}"
    )


TABLE = """| Edition | Price |
|:--|--:|
| *Digital* | 8 a month |
| Print and weekend | 12 a month |"""


def test_a_table_of_a_script_has_columns() -> None:
    rows = ["".join(text for text, _role in row).rstrip() for row in render(f"Say:\n{TABLE}\nDone.", 40)]
    assert rows == [
        " Say:",
        " Edition           │ Price",
        " Digital           │ 8 a month",
        " Print and weekend │ 12 a month",
        " Done.",
    ]


def test_a_table_wider_than_its_place_keeps_every_word() -> None:
    rows = ["".join(text for text, _role in row).rstrip() for row in render(TABLE, 20)]
    assert rows == [
        " Edition │ Price",
        " Digital │ 8 a month",
        " Print and weekend │",
        "   12 a month",
    ]
