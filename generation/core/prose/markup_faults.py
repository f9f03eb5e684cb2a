"""Markdown that holds what it must not: HTML that acts, pictures nobody can see, tables without a head."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from generation.core.prose.wholeness import shortened, without_code

_ACTIVE = re.compile(
    r"<\s{0,3}/?(?:script|iframe|object|embed|applet|form|input|button|style|link|meta|base|svg|math|frameset|frame)\b[^>\n]{0,200}>?"
    r"|<[a-z][^<>\n]{0,300}?\son[a-z]{3,20}\s{0,3}=[^>\n]{0,100}>?"
    r"|\]\(\s{0,3}<?\s{0,3}(?:javascript|vbscript|data)\s{0,3}:[^)\n]{0,100}"
    r"|\b(?:href|src|action)\s{0,3}=\s{0,3}[\"']?\s{0,3}(?:javascript|vbscript|data)\s{0,3}:[^>\n]{0,100}"
    r"|<(?:javascript|vbscript|data):[^>\n]{0,100}>", re.IGNORECASE,
)
_HTML = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>\n]{0,200})?/?>|<!--", re.IGNORECASE)
_BARE_NAME = re.compile(r"<\s{0,3}[a-z]{2,10}\s{0,3}>?$", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\(")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+\S", re.MULTILINE)
_DELIMITER = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*$")
# HTML lets these stand without an end.
_OPEN_ENDED = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd option optgroup tr td th thead tbody "
    "tfoot colgroup html head body rt rp".split()
)


def active(markdown: str) -> str | None:
    """HTML or an address that does something, outside of code: a script, a form, a handler, `javascript:`."""
    if "<" not in markdown and "](" not in markdown:
        return None
    found = _ACTIVE.search(without_code(markdown)[0])
    return shortened(found[0], 60) if found else None


def is_bare_name(excerpt: str) -> bool:
    """Whether it only names an element, as a course on HTML may: `<script>`."""
    return _BARE_NAME.match(excerpt) is not None


def html(markdown: str) -> str | None:
    """A tag or comment of HTML outside of code."""
    if "<" not in markdown:
        return None
    found = _HTML.search(without_code(markdown)[0])
    return shortened(found[0], 60) if found else None


def images(markdown: str) -> list[str]:
    """The alternative texts of its images; an empty one is no text."""
    return _IMAGE.findall(without_code(markdown)[0]) if "![" in markdown else []


def headings(markdown: str) -> list[int]:
    """The levels of its headings, in order."""
    return [len(marks) for marks in _ATX.findall(without_code(markdown)[0])] if "#" in markdown else []


def tables(markdown: str) -> Iterator[str | None]:
    """For each table what is wrong with it, as half a sentence; None if it is in order."""
    if markdown.count("|") < 4:
        return
    block: list[str] = []
    for line in [*without_code(markdown)[0].split("\n"), ""]:
        if line.strip().startswith("|") and line.strip().endswith("|") and len(line.strip()) > 2:
            block.append(line.strip())
        elif block:
            if len(block) > 1:
                yield _fault_of_table(block)
            block = []


def code_blocks(markdown: str) -> Iterator[tuple[str, str]]:
    """Language, in small letters, and text of each fenced block."""
    if "```" not in markdown and "~~~" not in markdown:
        return
    fence, language, kept = "", "", list[str]()
    for line in markdown.split("\n"):
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence) and not line.strip().strip(fence[0]):
                yield language, "\n".join(kept)
                fence = ""
            else:
                kept.append(line)
        elif marker:
            fence, language, kept = marker[1], marker[2].casefold().strip("{}."), []


def _fault_of_table(block: list[str]) -> str | None:
    if not _DELIMITER.match(block[1]):
        return "it has no header row"
    if not block[0].strip("| "):
        return "its header row is empty"
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block}
    return "its rows have different numbers of cells" if len(widths) > 1 else None


class UnclosedTags(HTMLParser):
    """The elements of some HTML that are not closed, or closed and never opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{name}>" for name in self._open if name not in _OPEN_ENDED]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _OPEN_ENDED:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _OPEN_ENDED:
            return
        if tag not in self._open:
            self.wrong.append(f"</{tag}>")
            return
        while (last := self._open.pop()) != tag:
            self.wrong.append(f"<{last}>")
