"""Waiting for a condition, for tests with threads and processes."""

from generation.management.rig.waiting import wait_until

__all__ = ["wait_until"]
