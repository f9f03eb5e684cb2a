"""Markdown to the words that a reader sees, and these to paragraphs, sentences and words."""

import re

from generation.core.prose.wholeness import without_code

_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,200}\")?\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>)\]]{1,2000}", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]*-{2,}[ \t:|-]*$", re.MULTILINE)
_LINE_START = re.compile(r"^[ \t]*(?:>[ \t]?|#{1,6}[ \t]+|[-*+•][ \t]+|\d{1,9}[.)][ \t]+)*", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?!\w)|``|\|")
_WORD = re.compile(r"[^\W\d_]+(?:['’‑-][^\W\d_]+)*")
_NUMBER_OR_WORD = re.compile(r"\w+(?:[.,'’‑-]\w+)*")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_ENTRY = r"(?:[-*+•]|\d{1,3}[.)])[ \t]"
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]]{0,3}\s+(?=[\"'“‘«„(¿¡\[]{0,3}[^\W_a-zà-öø-ÿ])|(?<=[。！？])|\n[ \t]*\n"
    rf"|\n(?=[ \t]*{_ENTRY})"
)
# After these a full stop ends no sentence.
_SHORTENED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|dr|mr|mrs|ms|prof|fig|no|z\.\s?b|d\.\s?h|u\.\s?a|bzw|ca|evtl|ggf|nr|usw|"
    r"p\.\s?ej|sr|sra|dra|ej|art|env|p\.\s?ex|mme|m)|\b[^\W\d_])\.$", re.IGNORECASE,
)
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
SIGNS_PER_WORD = 2      # a Chinese or Japanese word has about two characters, a Thai one some more


def plain(markdown: str) -> str:
    """`markdown` without code, addresses, tags and signs of markup; its lines and paragraphs stay."""
    text = without_code(markdown)[0]
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "--" in text:
        text = _TABLE_RULE.sub("", text)
    return _EMPHASIS.sub("", _LINE_START.sub("", text))


def words(text: str) -> list[str]:
    """Its words, as they are written; numbers are none."""
    return _WORD.findall(text)


def word_count(text: str) -> int:
    """How many words a reader reads, numbers included; where no space parts them, it is estimated from the signs."""
    signs = len(_WITHOUT_SPACES.findall(text))
    if not signs:
        return len(_NUMBER_OR_WORD.findall(text))
    return signs // SIGNS_PER_WORD + len(_NUMBER_OR_WORD.findall(_WITHOUT_SPACES.sub(" ", text)))


def has_spaces(text: str) -> bool:
    """Whether words can be told apart: its script has no signs that stand without spaces."""
    return _WITHOUT_SPACES.search(text) is None


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]


def sentences(text: str) -> list[str]:
    """Its sentences; every entry of a list is one."""
    made: list[str] = []
    for part in _SENTENCE.split(text):
        if not part or part.isspace():
            continue
        if made and _SHORTENED.search(made[-1][-8:]):
            made[-1] = f"{made[-1]} {part.strip()}"
        else:
            made.append(part.strip())
    return made
