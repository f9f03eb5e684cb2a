"""The progress display: plain lines for pipes, one moving line for terminals, and when following ends."""

import datetime as dt
import io

import pytest

from generation.core.reasons import Reason
from generation.core.states import ChunkState
from generation.management.cli import progress
from generation.management.cli.progress import LiveBar, Moment, PlainLines, display_on, follow
from generation.models import Chunk, Route
from generation.services.jobs import control
from generation.services.jobs.progress import Waiting
from tests.support import work_off

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def moment(**changes) -> Moment:
    return Moment(**{
        "state": "generating", "noun": "week", "units_done": 7, "units_total": 12, "percent": 59,
        "tokens": 36_729, "cost_usd_micros": 23_500, "elapsed_s": 4.1, "waiting": None, **changes,
    })


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_line_has_state_place_percent_time_tokens_and_cost():
    out = io.StringIO()
    PlainLines(out).show(moment())
    assert out.getvalue().split() == "59 % generating week 7 of 12 4.1 s 36,729 tokens $0.0235".split()


def test_plain_lines_come_only_when_something_changed():
    out = io.StringIO()
    lines = PlainLines(out)
    later = moment(units_done=8, percent=66)
    for shown in (moment(), moment(elapsed_s=5.0), later, later):
        lines.show(shown)
    assert out.getvalue().count("\n") == 2


def test_waiting_says_why_and_until_when():
    out = io.StringIO()
    PlainLines(out).show(moment(waiting=Waiting(Reason.RATE_LIMITED, NOON)))
    assert "waits until 12:00:00 UTC: The provider" in out.getvalue()


def test_waiting_until_another_day_says_which():
    out = io.StringIO()
    before = NOON - dt.timedelta(days=1)
    PlainLines(out).show(moment(waiting=Waiting(Reason.QUOTA_SPENT, NOON, seen_at=before)))
    assert f"waits until {NOON:%Y-%m-%d} 12:00:00 UTC: The provider" in out.getvalue()


def test_terminal_gets_a_bar_and_a_pipe_gets_lines(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    out = Terminal()
    with display_on(out) as bar:
        assert isinstance(bar, LiveBar)
        bar.show(moment())
        bar.tell("week 3 of 12 is tried again in 1.0 s: [not markup]")
    for words in ("generating", "week  7 of 12", "59 %", "36,729 tokens", "$0.0235", "━", "[not markup]"):
        assert words in out.getvalue()
    assert isinstance(display_on(io.StringIO()), PlainLines)


@pytest.mark.django_db(transaction=True)
class TestFollow:
    def test_ends_with_the_job(self, job):
        work_off(job)
        out = io.StringIO()
        followed = follow(job, PlainLines(out))
        assert (followed.job.state, followed.blocked) == ("completed", None)
        assert "100 %  completed   week 3 of 3" in out.getvalue()

    def test_ends_when_asked_to(self, job):
        assert follow(job, PlainLines(io.StringIO()), is_over=lambda: True).job.state == "queued"

    def test_ends_when_only_a_person_can_help(self, job, route):
        Route.objects.filter(pk=route.pk).update(
            open_until=NOON.replace(year=2099), breaker_reason=Reason.OUT_OF_CREDIT.value)
        followed = follow(job, PlainLines(io.StringIO()))
        assert followed.blocked.reason is Reason.OUT_OF_CREDIT

    def test_does_not_end_when_the_provider_rests(self, job, route, monkeypatch):
        monkeypatch.setattr(progress, "FRESH_S", 0.0)
        Route.objects.filter(pk=route.pk).update(
            open_until=NOON.replace(year=2099), breaker_reason=Reason.PROVIDER_UNAVAILABLE.value)
        looks = iter([False, False, True])
        assert follow(job, PlainLines(io.StringIO()), is_over=lambda: next(looks)).blocked is None
        assert next(looks, None) is None

    def test_tells_trouble_once_as_it_comes(self, job):
        work_off(job, stop_after=2)
        control.cancel(job, by=None)
        out = io.StringIO()
        follow(job, PlainLines(out))
        assert out.getvalue().count("cancelled, 1 of 3 done") == 1
        assert Chunk.objects.filter(job=job, state=ChunkState.CANCELLED.value).exists()
