"""The benchmark in its shortest form: that it runs, and that a crash costs nothing that was stored."""

import json

import pytest
from django.core.management import CommandError, call_command

from generation.testbed.bench import api, concurrency, engine, fairness

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_short_bench_measures_everything_and_loses_nothing(tmp_path):
    report = engine.measure(sizes=[1, 2], workers=1, plan_s=0.1, unit_s=0.2, crash_programs=3, say=lambda line: None)
    assert [(row.who, row.programs) for row in report.rows] == [
        ("this engine", 1), ("asyncio.gather, bare SDK", 1), ("sequential loop, bare SDK", 1),
        ("this engine", 2), ("asyncio.gather, bare SDK", 2),
    ]
    assert all(row.median_ratio >= 1 and row.cpu_ms_per_chunk > 0 and row.peak_mb > 0 for row in report.rows)
    assert all(row.chunks_per_s > 0 for row in report.rows)
    crash, = report.crashes
    assert (crash.lost_jobs, crash.calls_after_done, crash.stored_paid_again) == (0, 0, 0)
    assert crash.delivered_paid_again <= crash.delivered
    assert report.reply_kept_ms_p99 is not None
    assert json.loads(json.dumps(report.as_json()))["doorbell_to_call_ms"]["p50"] > 0


@pytest.mark.parametrize("options", [
    {"programs": [0]}, {"workers": 0}, {"unit_s": -1.0}, {"plan_s": 0.0},
])
def test_impossible_options_are_refused_with_a_sentence(options):
    with pytest.raises(CommandError, match=r"take"):
        call_command("bench", "engine", **options)


def test_short_concurrency_bench_compares_constants_with_the_moving_limit():
    found = concurrency.measure(
        most=3, unit_s=0.2, seconds=2, workers=1, constants=(1,), say=lambda line: None)
    assert [(one.provider, [run.who for run in one.runs]) for one in found] == [
        ("refuses", ["constant 3", "moving limit"]), ("slows down", ["constant 3", "moving limit"]),
    ]
    assert all(run.per_s > 0 for one in found for run in one.runs)
    assert json.loads(json.dumps(concurrency.as_json(found)))[0]["ratio"] > 0


def test_short_bench_of_the_api_answers_everything_and_completes_both_requests():
    report = api.measure(rate=10, seconds=1, processes=1, pairs=1, say=lambda line: None)
    assert [(row.what, row.requests, row.errors) for row in report.rows] == [
        ("floor: GET /healthz", 10, 0), (api.LOOK, 10, 0), (api.ASK, 10, 0)]
    assert all(0 < row.p50_ms <= row.p95_ms <= row.p99_ms for row in report.rows)
    assert report.again is not None
    assert min(report.again.first_s, report.again.again_s) > 0
    assert json.loads(json.dumps(report.as_json()))["again"]["pairs"] == 1


def test_short_bench_of_fairness_tells_both_times():
    report = fairness.measure(programs=3, weeks=2, calls_at_once=2, unit_s=0.2, say=lambda line: None)
    assert min(report.alone_s, report.amid_s) > 0.4, "a plan, then the weeks"
    assert report.as_json()["is_fair"] == report.is_fair
