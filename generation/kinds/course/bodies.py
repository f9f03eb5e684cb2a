"""Model-written Markdown, made fit to stand inside a larger document.

A body may bring headings, which would break the document's outline, and may leave a code fence open,
which would swallow all that follows.  Both are mended on the parsed blocks, so that a `#` in code stays
what it is.  What could act is taken from it first: see `markup.defused`."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from generation.core.markup import defused

MAX_LEVEL = 6

# The blocks must be those that markup.to_html sees: same preset, no HTML, tables.
_blocks = MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")
_WORTH_PARSING = re.compile(r"[#`~]|^[ \t>]*(?:=+|-+)[ \t]*$", re.MULTILINE)
_CLOSING_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})[ \t]*$")


def nested(body: str, level: int) -> str:
    """`body` to stand under a heading of `level`: inert, its own headings deeper and skipping no level."""
    # Before the blocks are looked at: a definition that is taken apart may make a heading of the line below it.
    text = defused(body.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    if not _WORTH_PARSING.search(text):
        return text
    lines = text.split("\n")
    outer: list[int] = []      # levels of the body's headings that enclose the one at hand
    tokens = _blocks.parse(text)
    for token in tokens:
        if token.type == "heading_open":
            own = int(token.tag[1:])
            while outer and outer[-1] >= own:
                outer.pop()
            outer.append(own)
            _rewrite_heading(lines, token, "#" * min(level + len(outer), MAX_LEVEL))
    return "\n".join(lines) + _missing_fence(lines, tokens)


def _rewrite_heading(lines: list[str], token: Token, marks: str) -> None:
    assert token.map is not None, "block tokens know their lines"
    first, end = token.map
    if token.markup.startswith("#"):
        lines[first] = lines[first].replace(token.markup, marks, 1)
    elif token.level == 0:      # underlined: its lines become one
        title = " ".join(line.strip() for line in lines[first:end - 1])
        lines[first:end] = [f"{marks} {title}", *[""] * (end - 1 - first)]
    else:                       # underlined inside a list or quotation: only a paragraph, which is rare enough
        lines[end - 1] = re.sub(r"(=+|-+)[ \t]*$", r"\\\1", lines[end - 1])


def _missing_fence(lines: list[str], tokens: list[Token]) -> str:
    """What closes a fence that the last block left open; one inside a list or quotation ends with it."""
    if not tokens:
        return ""
    last = tokens[-1]
    if last.type != "fence" or last.level > 0 or last.map is None:
        return ""
    first, end = last.map
    is_closed = end - 1 > first and _CLOSING_FENCE.match(lines[end - 1]) and last.markup in lines[end - 1]
    return "" if is_closed else f"\n{last.markup}"
