"""Markdown of a model and of people: to HTML that does nothing, and to Markdown that other renderers may have.

`to_html` is the only place where such text becomes markup.  `escape` is for short texts, which mean nothing but
themselves; `defused` for texts that are Markdown already, and stay so.  Neither trusts that whoever renders the
result later is as strict as `to_html`."""

import re
from collections.abc import Iterator
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = frozenset(
    "h1 h2 h3 h4 h5 h6 p br hr ul ol li strong em code pre blockquote table thead tbody tr th td a".split()
)


def to_html(markdown: str) -> str:
    """Sanitised HTML: no images, styles, forms or scripts; links are http, https or mailto."""
    return nh3.clean(
        _markdown.render(markdown),
        tags=set(_TAGS),
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


# --- Text that means nothing but itself -----------------------------------------------------------

# Whatever may begin a tag, a comment or an autolink; `x < 5`, `<= 3`, `<-` cannot.
_OPENS_TAG = r"<(?![\s\d<=-])"
# What may mean something where it stands.  Inside a word an underline does not, and stays readable.
_LIVE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"                # before punctuation, or before what follows the text
    rf"|{_OPENS_TAG}|[`\[\]|]"
    r"|&(?=#?\w+;)"
    r"|(?<![^\W_])_|_(?=_*+(?![^\W_]))"
    r"|(?<!\s)(?<!^)~|^~(?=~)"                # ends a deletion, or begins a fence: `~10 min` does neither
)
_STAR = re.compile(r"(?<!\s)\*|\*(?!\s)")     # `3 * 5` multiplies
_CLOSES_HEADING = re.compile(r"(?<=\s)#(?=#*$)")
_STARTS = re.compile(
    r"^(?:[-+*](?=\s|$)|#(?=#{0,5}(?:\s|$))|>|[-=_*](?=[-=_*\s]*$)|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$))"
)


def escape(text: str) -> str:
    """`text` as one line of Markdown that means nothing but itself, with no more backslashes than that takes.

    One asterisk alone stays as it is (`5*5`), so texts that stand in one block are escaped together."""
    flat = _LIVE.sub(r"\\\g<0>", " ".join(text.split()))
    if flat.count("*") > 1:
        flat = _STAR.sub(r"\\*", flat)
    flat = _CLOSES_HEADING.sub(r"\\#", flat)
    # At the start of a line a dash or a number makes a list; elsewhere it is just that.
    return _STARTS.sub(lambda found: f"{found['number'] or ''}\\{found['dot'] or found[0]}", flat)


# --- Markdown that stays Markdown -----------------------------------------------------------------

Interval = tuple[int, int]      # characters, from the first to before the second

# Some renderers know tables, others do not, so both views count.  Raw HTML is off: none is left of it.
_VIEWS = [MarkdownIt("commonmark", {"html": False}).disable("inline").enable(more) for more in ([], ["table"])]
_SUSPECT = re.compile(rf"{_OPENS_TAG}|!(?=\[)|\](?=[(:])")
_URL = r"(?:https?://|mailto:)[^\s<>`]"
_SAFE_AUTOLINK = re.compile(rf"<{_URL}*>", re.IGNORECASE)
_SAFE_TARGET = re.compile(rf"\][(:] ?<?{_URL}", re.IGNORECASE)
_CONTAINERS = re.compile(r"(?:[ \t>]|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))*")
_TICKS = re.compile(r"\\[\s\S]|`+")
_RUN = re.compile(r"`+")


def defused(markdown: str) -> str:
    """`markdown` without raw HTML, images, and links to anything but http, https and mailto: they are shown as text.

    Only backslashes are added, and none in code but where a line of a code span begins as HTML does: the block of HTML
    that others see there wins over the span.  Lines end with a line feed."""
    markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")
    if not _SUSPECT.search(markdown):
        return markdown
    views = [_code(view, markdown) for view in _VIEWS]

    def is_code(at: int, *, in_blocks_only: bool = False) -> bool:
        return all(
            any(first <= at < end for first, end in (blocks if in_blocks_only else blocks + spans))
            for blocks, spans in views
        )

    def shown(found: re.Match[str]) -> str:
        at = found.start()
        is_escaped = (at - len(markdown[:at].rstrip("\\"))) % 2
        # Definitions and blocks of HTML are found before code spans are.
        may_define = markdown.startswith("]:", at) and _ends_label(markdown, at)
        may_open_block = found[0] == "<" and _begins_line(markdown, at)
        is_spared = is_code(at, in_blocks_only=may_define or may_open_block)
        if is_escaped or is_spared or (markdown.startswith("]:", at) and not may_define):
            return found[0]
        if _SAFE_AUTOLINK.match(markdown, at) or _SAFE_TARGET.match(markdown, at):
            return found[0]
        return f"\\{found[0]}"

    return _SUSPECT.sub(shown, markdown)


def _code(view: MarkdownIt, markdown: str) -> tuple[list[Interval], list[Interval]]:
    """Where `view` sees blocks of code, and code spans."""
    starts = [0, *(found.end() for found in re.finditer("\n", markdown)), len(markdown) + 1]
    blocks: list[Interval] = []
    spans: list[Interval] = []
    tokens = view.parse(markdown)
    for before, token in pairwise([None, *tokens]):
        assert token is not None, "only the first has none before it"
        if token.map is None:
            continue
        first, end = starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)] - 1
        if token.type in {"fence", "code_block"}:
            blocks.append((first, end))
        elif token.type == "inline":
            is_cell = before is not None and before.type in {"th_open", "td_open"}
            ends = [found.end() for found in re.finditer(r"\|", markdown[first:end])] if is_cell else []
            bounds = [first, *(first + at for at in ends), end]
            for left, right in pairwise(bounds):
                spans += _spans(markdown, left, right)
    return blocks, spans


def _spans(text: str, at: int, end: int) -> Iterator[Interval]:
    """What stands between runs of backticks of the same length."""
    while opening := _TICKS.search(text, at, end):
        at = opening.end()
        if opening[0].startswith("`"):
            runs = (run for run in _RUN.finditer(text, at, end) if len(run[0]) == len(opening[0]))
            if closing := next(runs, None):
                yield at, closing.start()
                at = closing.end()


def _ends_label(text: str, at: int) -> bool:
    """Whether the bracket at `at` closes one that a line begins with, as the label of a definition does."""
    opening = at
    while (opening := text.rfind("[", 0, opening)) >= 0:
        if (opening - len(text[:opening].rstrip("\\"))) % 2 == 0:
            return _begins_line(text, opening)
    return False


def _begins_line(text: str, at: int) -> bool:
    """Whether nothing but quotation marks and bullets stands before it."""
    return _CONTAINERS.fullmatch(text, text.rfind("\n", 0, at) + 1, at) is not None
