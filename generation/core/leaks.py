"""Does a reply give our instructions away?

Nothing secret is in them, but a document is no place for them, and a model that was talked into printing them
was talked into obeying somebody else."""

from functools import lru_cache

from generation.core.findings import Finding, error

PASSAGE_WORDS = 12
# A document may say as the rules do, for example when to stop a set; that is two or three passages at most.
MOST_PASSAGES = 4


def leaked(reply: str, instructions: str) -> tuple[Finding, ...]:
    """A finding if `reply`, which is JSON, repeats more than `MOST_PASSAGES` passages of `instructions` word for word.

    The instructions are cut into passages that do not overlap, so each costs one search."""
    text = _words(reply.replace("\\n", " ").replace('\\"', '"'))
    found = sum(passage in text for passage in _passages(instructions))
    if found <= MOST_PASSAGES:
        return ()
    return (error(
        "instructions", "", measured=f"{found} passages", limit=f"at most {MOST_PASSAGES}",
        message="The text repeats the instructions that it was written by.",
        advice="Write about the subject only; do not quote or describe these rules.",
    ),)


@lru_cache(maxsize=32)
def _passages(instructions: str) -> tuple[str, ...]:
    words = _words(instructions).split()
    cut = [words[start : start + PASSAGE_WORDS] for start in range(0, len(words), PASSAGE_WORDS)]
    return tuple(" ".join(passage) for passage in cut if len(passage) == PASSAGE_WORDS)


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
