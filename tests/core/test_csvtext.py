import csv
import io

import pytest

from generation.core.csvtext import lines

PAYLOADS = [
    '=HYPERLINK("http://evil.example","click")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠x",
    "＋1", "－1", "\ufeff=1", "\u00a0+1",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_never_starts_a_formula(payload):
    text = "".join(lines(["name", "cost"], [[payload, -5]])).removeprefix("\ufeff")
    _header, (name, cost) = csv.reader(io.StringIO(text, newline=""))
    assert name[0] == "'"
    assert name[1:] == payload
    assert cost == "-5", "numbers stay numbers"


def test_harmless_text_stays_as_it_is():
    assert list(lines(["a"], [["x=1, “y”"], [7]])) == ['\ufeff"a"\r\n', '"x=1, “y”"\r\n', "7\r\n"]
