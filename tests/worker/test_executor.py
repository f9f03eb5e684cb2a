"""The steps of a claim, each driven by itself: begin, ask, store, judge, settle."""

import asyncio
import datetime as dt
import json
import re
from dataclasses import replace

import pytest
from django.db import DataError, OperationalError

from generation.core.outcomes import CallCode, Done, Failure, GiveUp, Reply, Retry, Snooze, TokenUsage
from generation.core.reasons import Reason
from generation.models import Attempt, AttemptState
from generation.services.chunks import attempts, settling
from generation.services.chunks.claim import Claim, StoredReply
from generation.services.chunks.finishing import Finished
from generation.services.routing import route_health
from generation.worker import executor as steps
from generation.worker.asking import Asker
from generation.worker.call_stats import CallStats
from generation.worker.completer import Completer
from generation.worker.executor import Executor
from generation.worker.holdings import Holdings
from generation.worker.question import Question
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.route_notes import RouteNotes
from generation.worker.spool import Spool, spool_folder
from tests.support import USAGE, FakeProvider, claim_all, content_for

pytestmark = pytest.mark.django_db(transaction=True)


class Now:
    """Does at once what it is given for one of its threads."""

    def submit(self, function, *arguments):
        function(*arguments)
        return True


class Later:
    """Keeps what it is given for the event loop, which does not run."""

    def __init__(self):
        self.given = []

    def soon(self, function, *arguments):
        self.given.append((function.__name__, arguments))


class Kept(list[Finished]):
    """Where finished claims are put."""

    put = list.append


class Line:
    """An executor between two ends that only keep what they get."""

    def __init__(self, provider: FakeProvider):
        self.calls, self.settled, self.told = Later(), Kept(), []
        self.backlog = ReplyBacklog()
        self.call_stats = CallStats()
        self.holdings = Holdings(self.calls)
        self.asker = Asker(provider, self.call_stats)
        self.executor = Executor(
            self.asker, self.settled, self.calls, self.holdings, Now(), lambda: self.told.append(len(self.settled)),
            Spool(spool_folder(), "w1"), self.backlog)
        self.asked = []
        self.executor._starter.put = self.asked.append


@pytest.fixture
def line() -> Line:
    return Line(FakeProvider())


@pytest.fixture
def claim(job) -> Claim:
    claimed, = claim_all()
    return claimed


@pytest.fixture
def question(line, claim) -> Question:
    return line.executor.question_of(claim)


def keep(line: Line, question: Question, reply: Reply) -> None:
    """Have the store's thread keep `reply`, and do at once what follows."""
    line.executor.replies.start()
    line.executor.replies.put(question, reply)
    line.executor.replies.stop()


def reply_to(question: Question) -> Reply:
    return Reply(json.dumps(content_for(question.claim, question.context)), USAGE)


# --- Begin ----------------------------------------------------------------------------------------


def test_claim_is_put_to_be_asked(line, claim, question):
    line.executor.begin(claim)
    assert line.asked == [question]
    assert line.settled == []


def test_claim_without_a_request_ends_and_says_why(line, claim, monkeypatch):
    def broken(*_arguments):
        raise KeyError("week")

    monkeypatch.setattr(steps, "request_for", broken)
    line.executor.begin(claim)
    ended, = line.settled
    assert ended.outcome == GiveUp(Reason.INTERNAL, "KeyError: 'week'")
    assert (ended.code, ended.answer.usage) == (CallCode.INTERNAL, TokenUsage())


def test_claim_whose_request_meets_no_database_is_given_back(line, claim, monkeypatch):
    def away(*_arguments):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(steps, "request_for", away)
    line.executor.begin(claim)
    given_back, = line.settled
    assert given_back.outcome == Snooze(dt.timedelta(), Reason.WORKER_STOPPED)
    assert (given_back.code, line.asked) == (CallCode.ABANDONED, [])


def test_stored_reply_to_the_same_request_is_judged_and_nobody_asked(line, claim, question):
    stored = StoredReply(claim.attempt_id, question.request.fingerprint, reply_to(question).text, 12)
    line.executor.begin(replace(claim, stored_reply=stored))
    ended, = line.settled
    assert isinstance(ended.outcome, Done)
    assert (ended.answer, line.asked) == (None, [])


def test_stored_reply_to_another_request_is_not_used(line, claim):
    line.executor.begin(replace(claim, stored_reply=StoredReply(claim.attempt_id, "another", "{}", 12)))
    assert [asked.claim.chunk_id for asked in line.asked] == [claim.chunk_id]


def test_request_that_leaves_no_room_for_a_reply_is_not_asked(line, claim):
    line.executor.begin(replace(claim, context_tokens=1_100))
    ended, = line.settled
    assert (ended.code, ended.answer.message) == (CallCode.TOO_LONG, "The request does not fit into 1,100 tokens.")
    assert line.asked == []


def test_probe_that_is_given_back_lets_another_go(line, claim, monkeypatch):
    released = []
    monkeypatch.setattr(route_health, "release_probe", released.append)
    line.executor.give_back(claim)
    assert released == []
    line.executor.give_back(replace(claim, is_probe=True))
    assert released == [claim.route_id]
    assert len(line.settled) == 2


# --- Ask ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"is_lost": True}, {"renewed_at": -1e9}], ids=["lost", "run out"])
def test_claim_that_may_be_another_s_by_now_is_given_back_unasked(line, question, change):
    line.holdings.hold((question.claim,))
    holding = line.holdings.of(question.claim)
    for name, value in change.items():
        setattr(holding, name, value)
    line.executor._start_call(question)
    assert [one.code for one in line.settled] == [CallCode.ABANDONED]
    assert holding.call is None


def test_reply_is_handed_on_and_counted(line, question):
    answer = asyncio.run(line.asker.ask(question))
    assert isinstance(answer, Reply)
    assert line.call_stats.take()[question.claim.route_id].answered == 1


def ask(provider: FakeProvider, question: Question):
    return asyncio.run(Line(provider).asker.ask(question))


def test_surprise_in_the_client_is_a_failure_that_cost_the_prompt(question):
    def surprise(_request):
        raise RuntimeError("a bug of ours")

    answer = ask(FakeProvider(surprise), question)
    assert (answer.code, answer.message) == (CallCode.INTERNAL, "RuntimeError: a bug of ours")
    assert answer.usage == question.least_usage
    assert answer.usage.input_tokens > 100
    assert answer.usage.is_estimated


def test_cancelled_call_is_a_failure_that_cost_the_prompt(question):
    async def cancelled():
        call = asyncio.create_task(Line(FakeProvider(delay_s=60)).asker.ask(question))
        await asyncio.sleep(0)
        call.cancel()
        return await call

    answer = asyncio.run(cancelled())
    assert (answer.code, answer.usage) == (CallCode.ABANDONED, question.least_usage)


def test_what_a_provider_says_is_cleaned_before_anybody_keeps_it(question, settings):
    settings.OPENAI_API_KEY = "sk-" + "k" * 30
    answer = ask(FakeProvider(lambda _request: Failure(CallCode.AUTH, f"bad key {settings.OPENAI_API_KEY}")), question)
    assert "kkkk" not in answer.message


def test_usage_that_was_only_guessed_costs_at_least_the_prompt(question):
    guess = TokenUsage(output_tokens=40, is_estimated=True)
    answer = ask(FakeProvider(lambda _request: Failure(CallCode.TIMEOUT, "late", usage=guess)), question)
    assert answer.usage == replace(guess, input_tokens=question.least_usage.input_tokens)


# --- Store ----------------------------------------------------------------------------------------


def test_reply_is_stored_before_it_is_judged(line, question, monkeypatch):
    monkeypatch.setattr(line.executor, "finish", lambda *_arguments: None)      # nobody judges it
    keep(line, question, Reply("not even JSON", USAGE))
    attempt = Attempt.objects.get(pk=question.claim.attempt_id)
    assert (attempt.state, attempt.reply) == (AttemptState.REPLIED, "not even JSON")
    assert attempt.request_fingerprint == question.request.fingerprint


def test_reply_that_no_column_takes_is_paid_and_ends_the_claim(question, monkeypatch):
    def refuse(*_arguments):
        raise DataError("out of range")

    monkeypatch.setattr(attempts, "store_replies", refuse)
    line = Line(FakeProvider())
    keep(line, question, Reply("{}", USAGE))
    [ended] = line.settled
    assert ended.outcome == GiveUp(Reason.INTERNAL, "DataError: out of range")
    assert (ended.answer.code, ended.answer.usage) == (CallCode.INTERNAL, USAGE)


# --- Judge ----------------------------------------------------------------------------------------


def test_valid_reply_is_done(question):
    reply = reply_to(question)
    ended = steps.judge(question, reply.text, reply)
    assert isinstance(ended.outcome, Done)
    assert (ended.code, ended.request_fingerprint) == (CallCode.OK, question.request.fingerprint)


def test_check_that_raises_ends_the_claim_and_keeps_its_reply(question, monkeypatch):
    def broken(*_arguments):
        raise ZeroDivisionError("no sets")

    monkeypatch.setattr(steps, "outcome_of", broken)
    reply = reply_to(question)
    ended = steps.judge(question, reply.text, reply)
    assert ended.outcome == GiveUp(Reason.INTERNAL, "ZeroDivisionError: no sets")
    assert (ended.answer, ended.code) == (reply, CallCode.INTERNAL)


def test_failed_call_is_tried_again(line, question):
    ended = line.executor.judge_failure(question, Failure(CallCode.TIMEOUT, "no reply"))
    assert isinstance(ended.outcome, Retry)
    assert (ended.code, ended.request_fingerprint) == (CallCode.TIMEOUT, question.request.fingerprint)


def test_trouble_of_a_stand_in_is_not_the_chunk_s(line, question):
    guest = replace(question, claim=replace(question.claim, is_stand_in=True))
    ended = line.executor.judge_failure(guest, Failure(CallCode.SERVER_ERROR, "down"))
    assert isinstance(ended.outcome, Snooze)
    assert ended.outcome.reason is Reason.PROVIDER_UNAVAILABLE


# --- Settle ---------------------------------------------------------------------------------------


def test_finished_claim_is_put_before_anybody_hears_of_a_free_slot(line, question):
    line.executor.finish(question, reply_to(question))
    assert isinstance(line.settled[0].outcome, Done)
    assert line.told == [1]


def test_claim_that_cannot_be_finished_is_let_go(line, question, monkeypatch):
    def away(*_arguments):
        raise OperationalError("gone for good")

    monkeypatch.setattr(line.executor, "judged", away)
    line.holdings.hold((question.claim,))
    with pytest.raises(OperationalError):
        line.executor.finish(question, reply_to(question))
    assert (len(line.holdings), line.settled, line.told) == (0, [], [])


# --- What routes hear of it -----------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch) -> list[CallCode | str]:
    """What the routes' breakers were told, `released` for a probe."""
    told = []

    def note_call(_route_id, code, *_more):
        told.append(code)
        return None if code is CallCode.OK else dt.datetime.now(dt.UTC)

    monkeypatch.setattr(route_health, "note_call", note_call)
    monkeypatch.setattr(route_health, "release_probe", lambda _route_id: told.append("released"))
    return told


def test_success_is_news_only_after_trouble(claim, heard):
    notes = RouteNotes()
    notes.succeeded(claim)
    assert heard == []
    assert notes.failed(claim, Failure(CallCode.SERVER_ERROR, "down"))
    notes.succeeded(claim)
    notes.succeeded(claim)
    assert heard == [CallCode.SERVER_ERROR, CallCode.OK]
    notes.succeeded(replace(claim, route_is_suspect=True))
    assert heard[2:] == [CallCode.OK]


@pytest.mark.parametrize("code", [CallCode.INTERNAL, CallCode.ABANDONED, CallCode.TOO_LONG])
def test_failure_of_ours_only_gives_the_probe_back(claim, heard, code):
    notes = RouteNotes()
    assert not notes.failed(claim, Failure(code, "not theirs"))
    assert heard == []
    assert not notes.failed(replace(claim, is_probe=True), Failure(code, "not theirs"))
    assert heard == ["released"]


# --- Whatever goes wrong, the bill stays ----------------------------------------------------------


@pytest.mark.parametrize("wrong", [OverflowError("too large"), ValueError("surprise"), DataError("out of range")])
def test_error_while_storing_settles_the_part_as_ours_with_its_bill(line, question, monkeypatch, wrong):
    def refuse(*_arguments):
        raise wrong

    monkeypatch.setattr(attempts, "store_replies", refuse)
    keep(line, question, Reply("{}", USAGE))
    [ended] = line.settled
    assert (ended.outcome.reason, ended.answer.code) == (Reason.INTERNAL, CallCode.INTERNAL)
    assert ended.answer.usage == USAGE
    settling.settle(ended)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.is_booked, attempt.output_tokens) == (
        AttemptState.SETTLED, True, USAGE.output_tokens)
    assert attempt.cost_usd_micros > 0


def test_answer_that_cannot_be_settled_is_settled_without_its_words(job, claim, monkeypatch):
    """Something in it that a column refuses, whatever that is: the bill is told, and the part ends and says so."""
    original = attempts._columns

    def refuse_words(claim, answer):
        if isinstance(answer, Failure) and answer.text:
            raise DataError("invalid byte sequence")
        return original(claim, answer)

    monkeypatch.setattr(attempts, "_columns", refuse_words)
    failure = Failure(CallCode.REFUSED, "no", usage=USAGE, text="something odd")
    let_go = []
    completer = Completer(let_go.append, lambda: None)
    completer.put(Finished(claim, GiveUp(Reason.REFUSED, "no"), failure, failure.code))
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.code, attempt.output_tokens) == ("settled", "internal", USAGE.output_tokens)
    assert let_go == [claim]


def test_text_of_a_reply_that_was_refused_is_kept_with_its_call(job, claim):
    failure = Failure(CallCode.TRUNCATED, "cut off", usage=USAGE, text='{"title": "half')
    settling.settle(Finished(claim, GiveUp(Reason.TRUNCATED, "cut off"), failure, failure.code))
    assert Attempt.objects.get().reply == '{"title": "half'


def test_time_outs_in_a_row_end_with_the_deadline_and_the_slots(line, claim):
    last = replace(claim, attempts=5, deadline_s=90.0, max_in_flight=4)
    question = line.executor.question_of(last)
    ended = line.executor.judge_failure(question, Failure(CallCode.TIMEOUT, "No complete reply within 90 s."))
    assert ended.outcome.reason is Reason.TIMEOUT
    assert "deadline is 90 s, and it sends up to 4 calls at once" in ended.outcome.message


@pytest.mark.parametrize("wrap", [
    "```json\n{}\n```", "<think>first { then }</think>{}", "{}<|im_end|>", "Here it is:\n\n{}", "[{}]",
])
def test_what_stands_around_the_object_is_taken_off(question, wrap):
    text = json.dumps(content_for(question.claim, question.context))
    ended = steps.judge(question, wrap.replace("{}", text), None)
    assert isinstance(ended.outcome, Done)


def test_whole_numbers_may_be_written_with_a_fraction_of_nothing(question):
    content = content_for(question.claim, question.context)
    text = json.dumps(content, default=str)
    text = re.sub(r'("first_week": )(\d+)', r"\1\2.0", text)
    assert ".0" in text
    assert isinstance(steps.judge(question, text, None).outcome, Done)
