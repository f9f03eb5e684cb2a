"""Calls begin as fast as replies can be taken in, and none while some wait to be stored."""

import pytest

from generation.worker.call_starter import AT_ONCE, CallStarter
from generation.worker.reply_backlog import ReplyBacklog


@pytest.fixture
def backlog() -> ReplyBacklog:
    return ReplyBacklog()


class Loop:
    """The event loop, whose time is ours: what is due is called by `pass_s`."""

    def __init__(self):
        self.now, self._due = 0.0, []

    def soon(self, function):
        self._due.append((self.now, function))

    def time(self):
        return self.now

    def at(self, when, function):
        self._due.append((when, function))

    def pass_s(self, seconds):
        until = self.now + seconds
        while due := [one for one in self._due if one[0] <= until]:
            when, function = first = min(due, key=lambda one: one[0])
            self._due.remove(first)
            self.now = max(self.now, when)
            function()
        self.now = until


@pytest.fixture
def loop() -> Loop:
    loop = Loop()
    loop.pass_s(60)      # it has been quiet
    return loop


@pytest.fixture
def begun() -> list[int]:
    return []


@pytest.fixture
def starter(loop, backlog, begun) -> CallStarter:
    return CallStarter(loop, backlog, begun.append)


def test_the_units_of_one_document_are_asked_at_once(starter, loop, begun):
    for number in range(AT_ONCE):
        starter.put(number)
    loop.pass_s(0)
    assert begun == list(range(AT_ONCE))


def test_more_are_asked_one_after_the_other_and_all_of_them_in_their_order(starter, loop, begun):
    for number in range(200):
        starter.put(number)
    loop.pass_s(0.05)
    assert AT_ONCE < len(begun) < 100
    loop.pass_s(5)
    assert begun == list(range(200))


def test_what_comes_slower_than_replies_are_taken_in_is_asked_at_once(starter, loop, begun):
    for number in range(100):
        starter.put(number)
        loop.pass_s(0)
        assert begun[-1] == number
        loop.pass_s(0.01)


def test_nothing_is_asked_while_replies_wait_to_be_stored(starter, loop, backlog, begun):
    backlog.arrived()
    starter.put(1)
    loop.pass_s(60)
    assert begun == []
    backlog.over(1)
    loop.pass_s(0)
    assert begun == [1]
