"""Markdown to safe HTML: the only place where text of a model becomes markup."""

import re

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = frozenset(
    "h1 h2 h3 h4 h5 h6 p br hr ul ol li strong em code pre blockquote table thead tbody tr th td a".split()
)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LIST_MARKER = re.compile(r"^(?:([-+=])|(\d{1,9})([.)])(?=\s|$))")


def to_html(markdown: str) -> str:
    """Sanitised HTML: no images, styles, forms or scripts; links are http, https or mailto."""
    return nh3.clean(
        _markdown.render(markdown),
        tags=set(_TAGS),
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


def escape(text: str) -> str:
    """`text` as one line of Markdown that means nothing but itself."""
    flat = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    # At the start of a line a dash or a number makes a list; elsewhere it is just that.
    return _LIST_MARKER.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", flat)
