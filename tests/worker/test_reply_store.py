"""Replies are stored as they come: together, past everything else, and none pays for another."""

import threading

import pytest
from django.db import DataError, OperationalError

from generation.core.outcomes import Reply
from generation.models import Attempt
from generation.services.chunks import attempts
from generation.services.jobs import submission
from generation.worker import database
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.reply_store import MOST_CHARACTERS, ReplyStore
from generation.worker.spool import Spool, spool_folder
from tests.support import PROGRAM, USAGE, claim_all
from tests.worker.test_executor import FakeProvider, Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def questions(ann, route):
    for goal in ("strength", "endurance", "hypertrophy"):
        submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": goal})
    line = Line(FakeProvider())
    return [line.executor.question_of(claim) for claim in claim_all()]


class Seen:
    """What the store told, and the batches that it wrote."""

    def __init__(self, monkeypatch, refused: str = "\0", error: Exception | None = None):
        self.kept, self.lost, self.batches = [], [], []
        write = attempts.store_replies

        def watched(*replies):
            texts = [row.columns[0] for row in replies]
            self.batches.append(texts)
            if error is not None and any(refused in text for text in texts):
                raise error
            write(*replies)

        monkeypatch.setattr(attempts, "store_replies", watched)
        self.backlog = ReplyBacklog()
        self.store = ReplyStore(
            Spool(spool_folder(), "w1"), self.backlog,
            lambda question, _reply: self.kept.append(question.claim.chunk_id),
            lambda question, _reply, error: self.lost.append((question.claim.chunk_id, type(error))))

    def run(self, questions, *texts: str) -> None:
        for question, text in zip(questions, texts, strict=True):
            self.store.put(question, Reply(text, USAGE))      # they wait before the thread begins
        self.store.start()
        self.store.stop()
        assert not self.store.is_alive
        assert self.backlog.behind == 0


def stored() -> list[str]:
    return sorted(Attempt.objects.filter(state="replied").values_list("reply", flat=True))


def test_all_that_wait_are_stored_in_one_statement(questions, monkeypatch, django_assert_num_queries):
    seen = Seen(monkeypatch)
    seen.run(questions, "a", "b", "ü")
    assert (seen.batches, stored()) == ([["a", "b", "ü"]], ["a", "b", "ü"])
    assert seen.kept == [question.claim.chunk_id for question in questions]
    assert 0 < seen.store.took_s < 60


def test_amounts_stand_with_each_reply_of_a_batch(questions, monkeypatch):
    Seen(monkeypatch).run(questions, "a", "b", "c")
    amounts = ("input_tokens", "cached_input_tokens", "output_tokens", "is_booked")
    assert set(Attempt.objects.values_list(*amounts)) == {(1_000, 400, 500, False)}
    assert None not in Attempt.objects.values_list("replied_at", flat=True)


def test_long_replies_do_not_go_together(questions, monkeypatch):
    seen = Seen(monkeypatch)
    long = "x" * (MOST_CHARACTERS - 1)
    seen.run(questions, "a", long, long)
    assert [len(batch) for batch in seen.batches] == [2, 1]


def test_reply_that_cannot_be_stored_costs_the_others_nothing(questions, monkeypatch):
    seen = Seen(monkeypatch, refused="b", error=DataError("out of range"))
    seen.run(questions, "a", "b", "c")
    assert stored() == ["a", "c"]
    assert seen.lost == [(questions[1].claim.chunk_id, DataError)]


def test_replies_that_no_database_takes_are_let_go_after_a_while(questions, monkeypatch):
    monkeypatch.setattr(database, "PERSIST_FOR_S", 0.1)
    seen = Seen(monkeypatch, refused="", error=OperationalError("gone for good"))
    seen.run(questions, "a", "b", "c")
    assert seen.lost == [(question.claim.chunk_id, type(None)) for question in questions]


def test_stored_while_every_other_thread_is_busy_settling(questions, monkeypatch):
    """Nothing that is done with replies keeps the next one from being stored."""
    kept, goes_on = threading.Event(), threading.Event()

    def settle_slowly(_question, _reply):
        goes_on.wait(30)

    store = ReplyStore(
        Spool(spool_folder(), "w1"), ReplyBacklog(),
        lambda question, reply: threading.Thread(target=settle_slowly, args=(question, reply)).start(), print)
    monkeypatch.setattr(attempts, "store_replies", _telling(kept))
    store.start()
    store.put(questions[0], Reply("a", USAGE))
    assert kept.wait(30)
    kept.clear()
    store.put(questions[1], Reply("b", USAGE))
    assert kept.wait(30)
    goes_on.set()
    store.stop()
    assert stored() == ["a", "b"]


def _telling(kept: threading.Event):
    write = attempts.store_replies

    def told(*replies):
        write(*replies)
        kept.set()

    return told
