"""A claim on its way from its request to its outcome: begin, ask, store, judge, settle.

`ask` waits on the event loop, all other steps are transactions or pure.  Whatever goes wrong in a step ends the one
claim that it is about, and says so on its chunk; only a database that stays away lets the claim go untold, and its
lease runs out."""

import asyncio
import datetime as dt
import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.db import connection

from generation.core.outcomes import (
    Answer,
    CallCode,
    Failure,
    GiveUp,
    Receipt,
    Reply,
    RetryPolicy,
    Snooze,
    TokenUsage,
)
from generation.core.reasons import Reason
from generation.services.chunks import refusals
from generation.services.chunks.claim import Claim
from generation.services.chunks.finishing import Finished
from generation.worker.asking import Asker
from generation.worker.call_loop import CallLoop
from generation.worker.call_starter import CallStarter
from generation.worker.completer import Completer
from generation.worker.database import AWAY, guarded, persistently
from generation.worker.holdings import Holding, Holdings
from generation.worker.job_context import JobContexts
from generation.worker.judging import outcome_after, outcome_of, request_for
from generation.worker.naming import ids_of, named
from generation.worker.question import Question
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.reply_store import ReplyStore
from generation.worker.route_notes import RouteNotes, release_probe
from generation.worker.spool import Spool
from generation.worker.transactions import TransactionThreads

_logger = logging.getLogger(__name__)

# Checks are nothing but Python: two at once are no faster, and keep the event loop from its turn to take replies in.
_one_at_a_time = threading.Lock()


class Executor:
    """`begin` a claim, or `give_back` what shall not begin.  `on_finished` is told when a slot may be free."""

    def __init__(
        self, asker: Asker, completer: Completer, calls: CallLoop, holdings: Holdings, transactions: TransactionThreads,
        on_finished: Callable[[], None], spool: Spool, backlog: ReplyBacklog,
    ) -> None:
        self._asker = asker
        self._completer = completer
        self._holdings = holdings
        self._transactions = transactions
        self._on_finished = on_finished
        self._job_contexts = JobContexts()
        self._route_notes = RouteNotes()
        self._starter = CallStarter(calls, backlog, self._start_call)
        self.replies = ReplyStore(spool, backlog, self._go_on, self._end_unkept)

    # --- Begin --------------------------------------------------------------------------------

    def begin(self, claim: Claim) -> None:
        """Have the claim's question asked, or go on at once where no call is needed."""
        try:
            question = self.question_of(claim)
        except AWAY:
            connection.close()
            self.give_back(claim)
            return
        except Exception as error:      # a kind's code failed: the chunk ends and says so
            _logger.exception("no request could be made for chunk %s", claim.chunk_id, extra=ids_of(claim))
            self._completer.put(ended_by(error, claim))
            return
        if question.stored_reply is not None:
            self._transactions.submit(self.finish, question, None)
        elif question.is_too_long:
            failure = Failure(CallCode.TOO_LONG, f"The request does not fit into {claim.context_tokens:,} tokens.")
            self._transactions.submit(self.finish, question, failure)
        else:
            self._starter.put(question)

    def question_of(self, claim: Claim) -> Question:
        context = self._job_contexts.of(claim)
        return Question(claim, context, request_for(claim, context))

    def give_back(self, claim: Claim) -> None:
        """Nothing was asked: the chunk waits again, and neither attempt nor money is counted."""
        failure = Failure(CallCode.ABANDONED, "given back before it was asked")
        outcome = Snooze(dt.timedelta(), Reason.WORKER_STOPPED)
        self._transactions.submit(self._end_without_call, Finished(claim, outcome, failure, failure.code))

    def _end_without_call(self, finished: Finished) -> None:
        guarded(release_probe, finished.claim)
        self._completer.put(finished)

    # --- Ask ----------------------------------------------------------------------------------

    def _start_call(self, question: Question) -> None:
        claim, holding = question.claim, self._holdings.of(question.claim)
        if holding is None or holding.may_have_run_out:
            self.give_back(claim)
            return
        holding.call = asyncio.create_task(self._call(question, holding))
        # `ask` swallows its cancellation, unless that came before its first step.
        holding.call.add_done_callback(lambda call: self.give_back(claim) if call.cancelled() else None)

    async def _call(self, question: Question, holding: Holding) -> None:
        answer = await self._asker.ask(question, holding.hear)
        if isinstance(answer, Reply):
            self.replies.put(question, answer)
        else:
            self._transactions.submit(self.finish, question, answer)

    # --- Store, judge, settle -----------------------------------------------------------------

    def _go_on(self, question: Question, reply: Reply) -> None:
        self._transactions.submit(self.finish, question, reply)

    def _end_unkept(self, question: Question, reply: Reply, error: Exception | None) -> None:
        """Its reply could not be stored: the database is away, or it was something in the reply itself."""
        if error is None:
            self._holdings.let_go(question.claim)      # the lease runs out, and the chunk is taken back
            return
        _logger.error(
            "the answer for chunk %s could not be kept", question.claim.chunk_id, exc_info=error,
            extra=ids_of(question.claim))
        self._transactions.submit(self._settle, ended_by(error, question.claim, reply))

    def finish(self, question: Question, answer: Answer | None) -> None:
        """Have settled what `answer` makes of the claim; a reply is stored by now, and None stands for one that was
        stored by somebody else."""
        try:
            finished = self.judged(question, answer)
        except AWAY:
            self._holdings.let_go(question.claim)      # the lease runs out, and the chunk is taken back
            raise
        except Exception as error:      # whatever it was, it is ours; what the call cost is known
            _logger.exception(
                "the answer for chunk %s could not be kept", question.claim.chunk_id, extra=ids_of(question.claim))
            connection.close()
            finished = ended_by(error, question.claim, answer)
        except BaseException:
            self._holdings.let_go(question.claim)
            raise
        self._settle(finished)

    def _settle(self, finished: Finished) -> None:
        self._completer.put(finished)
        self._on_finished()

    def judged(self, question: Question, answer: Answer | None) -> Finished:
        """What `answer` makes of the claim."""
        match answer:
            case None:
                assert question.stored_reply is not None, "only a stored reply comes without a call"
                persistently(release_probe, question.claim)
                return judge(question, question.stored_reply.text, None)
            case Reply():
                self._route_notes.succeeded(question.claim)
                return judge(question, answer.text, answer)
            case Failure():
                return self.judge_failure(question, answer)

    def judge_failure(self, question: Question, failure: Failure) -> Finished:
        """What a call without a reply makes of the claim, and of its route."""
        claim = question.claim
        is_news = self._route_notes.learned(claim, failure)
        is_route_closed = self._route_notes.failed(claim, failure)
        outcome = outcome_after(
            claim, failure, policy(), jitter=random.random(),
            # A stand-in's own route is paused already, so the trouble is not the chunk's.
            is_outage=is_route_closed or claim.is_stand_in, is_news=is_news,
            past=persistently(refusals.past_of, claim, failure.code),
        )
        return Finished(claim, outcome, failure, failure.code, question.request.fingerprint)


def judge(question: Question, text: str, reply: Reply | None) -> Finished:
    """What `text` makes of the claim; `reply` is the call that it came by, None if that was an earlier one."""
    claim = question.claim
    try:
        with _one_at_a_time:
            outcome, code, findings = outcome_of(claim, question.context, text, policy())
    except Exception as error:      # a check failed: the reply stays in the ledger
        _logger.exception("the reply for chunk %s could not be judged", claim.chunk_id, extra=ids_of(claim))
        outcome, code, findings = GiveUp(Reason.INTERNAL, named(error)), CallCode.INTERNAL, ()
    return Finished(claim, outcome, reply, code, question.request.fingerprint, findings)


def ended_by(error: Exception, claim: Claim, answer: Answer | None = None) -> Finished:
    """The end of a claim that an error of ours stopped, with the bill of the call behind `answer`."""
    receipt = replace(answer.receipt, model="", request_id="") if answer is not None else Receipt()
    usage = answer.usage if answer is not None else TokenUsage()
    failure = Failure(CallCode.INTERNAL, named(error), usage=usage, receipt=receipt)
    return Finished(claim, GiveUp(Reason.INTERNAL, failure.message), failure, failure.code)


def policy() -> RetryPolicy:
    """The engine's patience, from the settings."""
    return RetryPolicy(
        max_attempts=settings.MAX_ATTEMPTS, max_repairs=settings.MAX_REPAIRS,
        backoff_base=dt.timedelta(seconds=settings.BACKOFF_BASE_S),
        backoff_cap=dt.timedelta(seconds=settings.BACKOFF_CAP_S),
    )
