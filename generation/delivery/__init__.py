"""HTTP to addresses that users wrote: never into our own network, never for long, never read back to them."""

from generation.delivery.addresses import Reach, problem_with
from generation.delivery.sender import Receipt, Sender, Verdict

__all__ = ["Reach", "Receipt", "Sender", "Verdict", "problem_with"]
