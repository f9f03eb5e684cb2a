"""What an error says in words of its own, and not of the request that it quotes.

A brief that is quoted in an error would otherwise write a part of it: "invalid API key" in somebody's brief could close
a route for everybody."""

import re

WINDOW, STEP = 16, 4      # characters in a row that are no accident; where is looked for them
LEAST_QUOTED = 12         # between quotation marks; shorter ones are names of fields
_QUOTED = re.compile(r"(['\"`])(.{3,600}?)\1|[“‘«](.{3,600}?)[”’»]", re.DOTALL)


def own_words(text: str, request: str) -> str:
    """`text` without what stands in `request`; both in lower case."""
    if not request or not text:
        return text
    text = _QUOTED.sub(lambda found: " … " if _is_of(found[2] or found[3], request) else found[0], text)
    borrowed = bytearray(len(text))
    for at in range(0, len(text) - WINDOW + 1, STEP):
        if text[at:at + WINDOW] in request:
            borrowed[at:at + WINDOW] = b"\1" * WINDOW
    return "".join(" " if is_borrowed else character for character, is_borrowed in zip(text, borrowed, strict=True))


def _is_of(quoted: str, request: str) -> bool:
    said = quoted.strip().rstrip(".… ")
    return (len(said) >= LEAST_QUOTED or " " in said) and said in request
