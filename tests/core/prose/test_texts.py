"""Words, sentences, readability, likeness, sums, code and markup of a text."""

import random

import pytest

from generation.core.prose import arithmetic, code_faults, likeness, markup_faults, plain, readability

MARKDOWN = (
    "# Title\n\nSome *bold* text, [a link](https://x.org) and `code`.\n\n- one\n- two\n\n```\nnot_me\n```\n\n"
    "| a | b |\n|---|---|"
)


def test_plain_text_is_what_a_reader_sees():
    text = plain.plain(MARKDOWN)
    assert "Some bold text, a link and" in text and "one" in text
    assert not any(sign in text for sign in ("#", "*", "https", "not_me", "|", "---"))


def test_words_and_sentences_are_counted():
    assert plain.word_count("Take 3 eggs, don't beat them.") == 6
    assert plain.word_count("今天我们学习怎样做面包") == 5
    assert plain.sentences("Wait, e.g. 5 min. Then bake! Is it done? Take:\n- one\n- two") == [
        "Wait, e.g. 5 min.", "Then bake!", "Is it done?", "Take:", "- one", "- two",
    ]
    assert plain.sentences("Das dauert ca. 5 Minuten. Danach z. B. backen.") == [
        "Das dauert ca. 5 Minuten.", "Danach z. B. backen.",
    ]


def test_reading_level_needs_200_words():
    easy, hard = "The cat sat on the mat. " * 40, "Institutional considerations necessitate interdisciplinary " * 60
    assert readability.grade(["cat"], 1) is None and readability.lix(["cat"], 1) is None
    assert readability.grade(plain.words(easy), 40) < 2 < 15 < readability.grade(plain.words(hard), 5)
    assert readability.lix(plain.words(easy), 40) < 20 < 60 < readability.lix(plain.words(hard), 5)


def test_repeated_texts_are_found_among_many():
    rng = random.Random(1)
    words = [f"w{number}" for number in range(300)]
    texts = [" ".join(rng.choices(words, k=40)) for _ in range(200)]
    texts.append(f"changed {texts[17]}")
    [found] = likeness.repeats(texts, 0.6)
    assert (found.earlier, found.later) == (17, 200)


def test_shared_runs_of_words_are_found():
    runs = likeness.Runs("Knead the dough for ten minutes, then let it rest in a warm place.", 6)
    assert runs.shared("Why let it rest in a WARM place at all?") == "let it rest in a warm"
    assert runs.shared("Let the dough rest in warmth.") is None


@pytest.mark.parametrize(("text", "language", "value"), [
    ("So 3 × 12 = 35 eggs.", "en", 36), ("20% of 50 is 12.", "en", 10), ("Das macht: 2,5 mal 4 ist 11.", "de", 10),
    ("3 fois 4 font 13.", "fr", 12), ("5 por 6 es 35.", "es", 30), ("2 + 3 x 4 = 20", "en", 14), ("7 × 8 ≈ 60",
    "en", 56),
    ("100 divided by 4 equals 20.", "en", 25), ("1.0 m times 0.4 m is 4 m²", "en", 0.4), ("$12 × 4 = $50", "en", 48),
    ("230 V × 10 A = 2,500 W", "en", 2300), ("1.200 - 200 = 900", "de", 1000),
])
def test_wrong_sums_are_found(text, language, value):
    [found] = arithmetic.wrong_sums(text, language)
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(("text", "language"), [
    ("1.0 m times 0.4 m is 0.4 m².", "en"), ("x + 3 = 5 and 2x + 3 = 9", "en"), ("1/2 + 1/4 = 3/4", "en"),
    ("10 / 3 = 3.33", "en"), ("1,200 - 200 = 1,000", "en"), ("From 2020 - 2021 is 1 year.", "en"),
    ("500 g × 4 = 2 kg", "en"), ("90 minutes × 2 = 3 hours", "en"), ("230 V × 10 A = 2.3 kW", "en"),
    ("A common mistake is 2 + 2 = 5.", "en"), ("In binary, 1 + 1 = 10.", "en"), ("2 cups + 3 spoons = 6 cups", "en"),
    ("7 x 8 is about 55", "en"), ("f(2) × 3 = 8", "en"), ("(1 + 2) × 3 = 9", "en"), ("2 × (1 + 2) = 6", "en"),
    ("3 + 4 = 2 + 5", "en"), ("5 / 0 = 3", "en"), ("9 - 10 is when we open.", "en"), ("2 × 3,5 = 7", "de"),
    ("12 ÷ 5 = 2 remainder 2", "en"), ("7 : 2 = 3 Rest 1", "de"), ("10 × 10 × 10 = 10³", "en"), ("3 × 4 = 12.5?", "xx"),
])
def test_right_sums_and_what_is_none_are_left_in_peace(text, language):
    assert arithmetic.wrong_sums(text, language) == [] or language == "xx"


@pytest.mark.parametrize(("text", "language"), [
    ("Had he written 1 times 2 times 30 is 600, he would have slipped by a zero.", "en"),
    ("Had Dele put down 2 × 30 = 600, the bill had surprised him.", "en"),
    ("Ben wrote 2 × 30 = 600. That is out by a zero, a slip of the pen.", "en"),
    ("Hätte er 2 mal 30 ist 600 geschrieben, so fehlte ihm ein Komma.", "de"),
    ("Si hubiera escrito que 2 por 30 son 600, le sobraría un cero.", "es"),
    ("S'il avait écrit 2 fois 30 font 600, il aurait compté un zéro de trop.", "fr"),
])
def test_a_wrong_sum_that_would_have_been_one_is_left_in_peace(text, language):
    assert arithmetic.wrong_sums(text, language) == []


def test_a_wrong_sum_beside_a_harmless_past_is_found():
    assert arithmetic.wrong_sums("Dele had 2 heaters. So 2 × 30 = 600 units.", "en")


@pytest.mark.parametrize(("language", "code"), [
    ("python", "total = 1\nprint total"), ("python", "print 'a'"), ("python", "def f(:\n    pass"),
    ("py", "print('a'"), ("json", '{"a": 1,}'), ("json", "{'a': 1}"),
    ("yaml", "a: [1, 2"), ("yaml", "a: b: c"), ("html", "<div><b>x</div>"), ("html", "<ul><li>x</ul></section>"),
])
def test_code_that_does_not_parse_is_found(language, code):
    assert code_faults.fault(language, code)


@pytest.mark.parametrize(("language", "code"), [
    ("python", "    x = 1\n    return x"), ("python", ">>> 1 +"), ("python", "%matplotlib inline"), ("python", "..."),
    ("python", "import re\nre.compile('\\d')"), ("json", '{"a": 1}\n{"a": 2}'), ("json", '{"a": ...}'), ("json",
    "// x\n{}"),
    ("yaml", "a: 1\n---\nb: 2"), ("yaml", "a: {{ x }}"), ("html", "<p>a<p>b<br><ul><li>c</ul>"), ("rust", "fn {"),
    ("", "("),
    ("python", "\0"), ("python", "(" * 5_000), ("json", "[" * 10_000), ("yaml", "[" * 5_000 + "]" * 5_000),
])
def test_code_that_parses_or_is_cut_short_is_left_in_peace(language, code):
    code_faults.fault(language, code)
    if len(code) < 1_000:
        assert code_faults.fault(language, code) is None


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", "<IFRAME src=x>", '<a href="x" onclick="y()">', "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>", "< script >", '<a href="javascript:x">', "<svg/onload=alert(1)>",
])
def test_markup_that_acts_is_found(text):
    assert markup_faults.active(f"Bread. {text} Butter.")
    assert markup_faults.active(f"Bread. `{text}` Butter.") is None


def test_innocent_signs_are_no_markup():
    for text in ("1 < 2 and 3 > 2", "a <- b", "<3", "x < y on = z", "[a](https://b.org)", "<b>bold</b>"):
        assert markup_faults.active(text) is None
    assert markup_faults.html("1 < 2 and <b>bold</b>") == "<b>"
    assert markup_faults.html("1 < 2 > 0, `<b>`") is None


def test_tables_need_a_header_and_equal_rows():
    assert list(markup_faults.tables("| a | b |\n|---|---|\n| 1 | 2 |")) == [None]
    assert list(markup_faults.tables("| a | b |\n| 1 | 2 |\n| 3 | 4 |")) == ["it has no header row"]
    assert list(markup_faults.tables("| a | b |\n|---|---|\n| 1 |")) == ["its rows have different numbers of cells"]


def test_code_blocks_know_their_language():
    text = "```Python\nx = 1\n```\n\n~~~\ny\n~~~\n\n```json\n{"
    assert list(markup_faults.code_blocks(text)) == [("python", "x = 1"), ("", "y")]


ODD = [
    "", " ", "\0",
    "\u202e" * 60_000, "ß" * 60_000, "a" * 60_000, "1 + " * 15_000, "(" * 60_000, "|" * 60_000, "\n" * 60_000,
    "<a on" * 12_000, "ignore " * 8_000, "a@" * 30_000, "```" * 20_000, "= " * 30_000, "\ud800" * 100, "![](" * 15_000,
]


@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:8]))
def test_odd_texts_raise_nothing(text):
    from generation.core.prose import language, links, residue

    plain.sentences(plain.plain(text))
    plain.word_count(text)
    readability.grade(plain.words(text), len(plain.sentences(text)))
    readability.lix(plain.words(text), 0)
    likeness.repeats([text, text], 0.8)
    likeness.likeness(text, text)
    arithmetic.wrong_sums(text, "en")
    language.foreign_prose(text, "en")
    links.invented(text, text)
    residue.scratch(text)
    residue.orders(text)
    residue.contact(text)
    residue.secret(text)
    markup_faults.active(text)
    markup_faults.html(text)
    markup_faults.images(text)
    markup_faults.headings(text)
    list(markup_faults.tables(text))
    for language_name in ("python", "json", "yaml", "html"):
        code_faults.fault(language_name, text)
