"""Limits, cached prefixes, latency and settings: the parts that need no network."""

import random

import pytest

from generation.core.outcomes import TokenUsage
from generation.core.prompting import Stage
from generation.simulator.faults import parse_faults
from generation.simulator.latency import answer_s, prefill_s
from generation.simulator.limits import RateLimits, duration
from generation.simulator.prefixes import KEPT_S, MAX_PREFIXES, Prefixes
from generation.simulator.settings import OPTIONS, SimulatorSettings, as_arguments, parser

# --- cached tokens --------------------------------------------------------------------------------


def read(prefixes, prompt, *, key="job", at_s=0.0, warm_from_s=None):
    tokens, digests = prefixes.read(prompt, key, at_s)
    prefixes.remember(digests, warm_from_s=at_s if warm_from_s is None else warm_from_s)
    return tokens


def test_shared_prefix_is_cached_in_steps():
    prefixes = Prefixes()
    shared = bytes(range(97, 123)) * 200      # 5,200 bytes: 1,300 tokens
    assert read(prefixes, shared + b"unit 1" * 300) == 0
    assert read(prefixes, shared + b"unit 2" * 300) == 1_280      # 1,024 + 2 * 128
    assert read(prefixes, shared + b"unit 2" * 300) == 1_664      # all of it, in whole steps


def test_short_prompt_is_never_cached():
    prefixes = Prefixes()
    assert [read(prefixes, b"x" * 4_095), read(prefixes, b"x" * 4_095)] == [0, 0]
    assert [read(prefixes, b"x" * 4_096), read(prefixes, b"x" * 4_096)] == [0, 1_024]


def test_other_key_and_other_beginning_are_cold():
    prefixes = Prefixes()
    read(prefixes, b"x" * 8_000)
    assert read(prefixes, b"x" * 8_000, key="other") == 0
    assert read(prefixes, b"y" + b"x" * 8_000) == 0


def test_prefix_is_warm_once_read_and_forgotten_later():
    prefixes = Prefixes()
    assert read(prefixes, b"x" * 5_000, at_s=0, warm_from_s=2) == 0
    assert read(prefixes, b"x" * 5_000, at_s=1, warm_from_s=3) == 0      # on its way, still
    assert read(prefixes, b"x" * 5_000, at_s=2) == 1_152                 # the second does not chill the first
    assert read(prefixes, b"x" * 5_000, at_s=2 + KEPT_S - 1) == 1_152    # each use keeps it
    assert read(prefixes, b"x" * 5_000, at_s=2 + 3 * KEPT_S) == 0


def test_memory_is_bounded():
    prefixes = Prefixes()
    for number in range(30):
        read(prefixes, number.to_bytes(4, "big") + b"x" * 1_000_000)
    assert len(prefixes._known) == MAX_PREFIXES


# --- limits ---------------------------------------------------------------------------------------


def test_limit_refills_continuously():
    now = [0.0]
    limits = RateLimits(rpm=2, tpm=None, clock=lambda: now[0])
    assert limits.admit(10) is None
    assert limits.admit(10) is None
    over = limits.admit(10)
    assert over is not None
    assert (over.noun, over.limit, over.wait_s) == ("requests", 2, 30)
    now[0] = 30.0
    assert limits.admit(10) is None
    assert limits.admit(10) is not None


def test_tokens_are_limited_and_one_too_large_waits_for_all():
    now = [0.0]
    limits = RateLimits(rpm=None, tpm=600, clock=lambda: now[0])
    assert limits.admit(400) is None
    over = limits.admit(400)
    assert over is not None
    assert (over.noun, over.wait_s) == ("tokens", 20)
    assert limits.admit(5_000) is not None
    now[0] = 40.0
    assert limits.admit(5_000) is None


def test_headers_count_down():
    limits = RateLimits(rpm=60, tpm=6_000, clock=lambda: 0.0)
    limits.admit(600)
    assert limits.headers() == {
        "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "6000", "x-ratelimit-remaining-tokens": "5400",
        "x-ratelimit-reset-tokens": "6s",
    }


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0ms"), (0.006, "6ms"), (1.5, "1.5s"), (60, "1m0s"), (150, "2m30s"),
])
def test_duration_is_written_as_the_provider_writes_it(seconds, text):
    assert duration(seconds) == text


# --- latency --------------------------------------------------------------------------------------

USAGE = TokenUsage(input_tokens=4_000, cached_input_tokens=0, output_tokens=900)


@pytest.mark.parametrize(("stage", "speed", "seconds"), [
    (Stage.PLAN, 1, 0.5), (Stage.UNIT, 1, 0.8), (Stage.WHOLE, 1, 10.1), (Stage.UNIT, 10, 0.08),
])
def test_fixed_latency_is_exact(stage, speed, seconds):
    settings = SimulatorSettings(speed=speed)
    assert answer_s(settings, stage, 12, USAGE, random.Random(1)) == pytest.approx(seconds)


def test_jitter_stays_within_its_share():
    settings = SimulatorSettings(jitter=0.25)
    seen = [answer_s(settings, Stage.UNIT, 1, USAGE, random.Random(seed)) for seed in range(200)]
    assert 0.6 <= min(seen) < 0.65
    assert 0.95 < max(seen) <= 1.0


def test_realistic_latency_reads_and_writes_and_a_warm_prefix_reads_faster():
    settings = SimulatorSettings(realistic=True)
    warm = TokenUsage(input_tokens=4_000, cached_input_tokens=3_200, output_tokens=900)
    assert answer_s(settings, Stage.UNIT, 1, USAGE, random.Random(1)) == pytest.approx(0.3 + 0.5 + 10)
    assert answer_s(settings, Stage.UNIT, 1, warm, random.Random(1)) == pytest.approx(0.3 + 0.1 + 10)
    assert prefill_s(settings, 99, warm) == pytest.approx(0.4)


# --- settings -------------------------------------------------------------------------------------


def test_settings_survive_the_command_line(tmp_path):
    settings = SimulatorSettings(
        host="127.0.0.2", port=8_080, seed=-3, plan_s=0.1, unit_s=0.2, jitter=0.3, speed=4, realistic=True,
        tokens_per_s=5, prefill_tokens_per_s=6, rpm=7, tpm=8, max_in_flight=9,
        faults=parse_faults([{"fault": "hang", "task": "unit 3"}]), call_log=tmp_path / "calls.jsonl",
    )
    for each in (settings, SimulatorSettings()):
        options = vars(parser().parse_args(as_arguments(each)))
        options.pop("until_stdin_closes")
        assert SimulatorSettings(**options) == each
    assert OPTIONS.keys() == options.keys()


def test_faults_may_lie_in_a_file(tmp_path):
    path = tmp_path / "storm.json"
    path.write_text('{"rates": {"rate_limit": 0.5}}')
    assert parser().parse_args([f"--faults=@{path}"]).faults == parse_faults({"rates": {"rate_limit": 0.5}})


@pytest.mark.parametrize("wrong", [
    {"speed": 0}, {"plan_s": -1}, {"port": -1}, {"rpm": 0}, {"max_in_flight": 0}, {"jitter": 1.5},
    {"tokens_per_s": 0},
])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SimulatorSettings(**wrong)
