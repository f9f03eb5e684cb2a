"""What it costs to ask once more, and who pays: the sentence before the click."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from generation.models import Chunk, Job
from generation.services.errors import Refusal
from generation.services.jobs import quotes

if TYPE_CHECKING:
    from accounts.models import User


def price_of_retry(jobs: Iterable[Job], by: "User") -> str:
    """Of those of `jobs` that can be retried; empty if there are none.  A refusal is said instead of the price."""
    try:
        found = quotes.of_retries(jobs, by=by)
    except Refusal as refusal:
        return str(refusal)
    return found.sentence if found is not None else ""


def price_of_new_version(chunk: Chunk, by: "User") -> str:
    """Of having the unit `chunk` written anew; why not, if it would be refused."""
    try:
        return quotes.of_regeneration(chunk.job, chunk.position, by=by).sentence
    except Refusal as refusal:
        return str(refusal)
