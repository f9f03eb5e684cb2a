"""Values as markup, without a database."""

import datetime as dt

import pytest

from generation.admin import rendering


@pytest.mark.parametrize(("seconds", "expected"), [
    (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (3_600, "1 h"),
    (7_500, "2 h 5 min"), (90_061, "1 d 1 h"),
])
def test_span_has_two_units_at_most(seconds, expected):
    assert rendering.span(dt.timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(("value", "expected"), [
    (None, "–"), ("", "–"), ([], "–"), ({}, "–"), (0, "0"), (True, "Yes"), (False, "No"), (1.5, "1.5"),
    (["a", "<b>"], '<ul class="cw-tree"><li>a</li><li>&lt;b&gt;</li></ul>'),
    ({"max_reps": 3, "<x>": "<y>"}, '<dl class="cw-tree"><dt>Max reps</dt><dd>3</dd>'
                                    "<dt>&lt;x&gt;</dt><dd>&lt;y&gt;</dd></dl>"),
])
def test_tree_reads_as_lists_and_escapes(value, expected):
    assert rendering.tree(value) == expected


def test_labels_escape_what_they_show():
    shown = [rendering.state("<b>"), rendering.mark("<b>"), rendering.verbatim("<b>"), rendering.bar(3, "<b>")]

    assert not [label for label in shown if "<b>" in label]


def test_moment_is_to_the_second():
    at = dt.datetime(2026, 11, 22, 6, 58, 14, 999, tzinfo=dt.UTC)

    assert "2026-11-22 06:58:14" in rendering.moment(at)
    assert rendering.moment(None) == "–"
