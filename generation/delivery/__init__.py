"""HTTP to addresses that users wrote: never into our own network, never for long, never read back to them."""

from generation.delivery.addresses import Reach, problem_with
from generation.delivery.sender import DeliveryReceipt, Sender, Verdict

__all__ = ["DeliveryReceipt", "Reach", "Sender", "Verdict", "problem_with"]
