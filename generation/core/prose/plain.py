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
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
# It begins with a set of signs: a search leaps from one to the next, where branches would be tried at every letter.
_SENTENCE_END = re.compile(
    r"[.!?…。！？\n](?:(?<=[.!?…])[\"'”’»)\]]{0,3}\s+|(?<=[。！？])|(?<=\n)[ \t]*(?=\n|[-*+•][ \t]|\d{1,3}[.)][ \t]))"
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
    text = _LINE_START.sub("", text)
    return _EMPHASIS.sub("", text) if any(sign in text for sign in "*_~`|") else text


def words(text: str) -> list[str]:
    """Its words, as they are written; numbers are none."""
    made: list[str] = []
    # No word goes over a space, and most of what stands between spaces is one: a third of the time of one pattern.
    for part in text.split():
        if part.isalpha():
            made.append(part)
        elif part[:-1].isalpha() and part[-1] in ".,;:!?":
            made.append(part[:-1])
        else:
            made += _WORD.findall(part)
    return made


def different_words(text: str) -> list[str]:
    """As `words`, without those that come again in the same form."""
    return words(" ".join(set(text.split())))


def word_count(text: str) -> int:
    """How many words a reader reads, numbers included; where no space parts them, it is estimated from the signs."""
    if has_spaces(text):
        return len(text.split())
    rest, signs = _WITHOUT_SPACES.subn(" ", text)
    return signs // SIGNS_PER_WORD + len(rest.split())


def has_spaces(text: str) -> bool:
    """Whether words can be told apart: its script has no signs that stand without spaces."""
    return text.isascii() or _WITHOUT_SPACES.search(text) is None


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]


def sentences(text: str) -> list[str]:
    """Its sentences; every entry of a list is one."""
    made: list[str] = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        end = found.end()
        at = found.start()
        if text[at] == "." and (text[end : end + 1].islower() or _SHORTENED.search(text, max(0, at - 8), at + 1)):
            continue
        part = text[start:end].strip()
        if part:
            made.append(part)
        start = end
    rest = text[start:].strip()
    return [*made, rest] if rest else made
