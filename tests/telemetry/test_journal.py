"""One call, two logs: the row and the process line; request ids; nothing that must stay secret."""

import json
import logging
import uuid

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Pause, create_token
from config.logs import JsonLines, Line
from generation.core.outcomes import CallCode, Failure
from generation.core.reasons import EXPLANATIONS, Reason
from generation.models import Attempt, Chunk, LogEntry, LogLevel
from generation.services.jobs import submission
from generation.telemetry import error_log, journal, request_id
from tests import canaries
from tests.support import PROGRAM, chunk, claim_all, finish, work_off
from tests.waiting import wait_until


class Collected(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture
def lines():
    collected, logger = Collected(), logging.getLogger("generation")
    logger.addHandler(collected)
    yield collected.records
    logger.removeHandler(collected)


def as_json(record):
    return json.loads(JsonLines().format(record))


@pytest.mark.django_db(transaction=True)
def test_each_row_is_a_process_line_after_its_commit(job, lines):
    work_off(job)

    rows = list(LogEntry.objects.filter(job=job).order_by("id"))
    said = [as_json(record) for record in lines if hasattr(record, "line")]
    # The first row was written by the fixture, before this test listened.
    assert [line["event"] for line in said] == [row.code for row in rows][-len(said):]
    assert len(said) >= len(rows) - 1
    last = said[-1]
    assert (last["event"], last["severity"], last["job"]) == ("completed", "info", str(job.public_id))
    unit = next(line for line in said if line["event"] == "finish" and line.get("unit") == 2)
    assert unit["attempt"] in Attempt.objects.filter(job=job).values_list("pk", flat=True)
    assert unit["data"] == {"cost_usd_micros": unit["data"]["cost_usd_micros"]}


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_in_neither_log(job, lines):
    before = LogEntry.objects.count()
    with transaction.atomic():
        journal.write(job, "boast", "it did not happen")
        transaction.set_rollback(True)

    assert LogEntry.objects.count() == before
    assert not [record for record in lines if getattr(record, "line", {}).get("event") == "boast"]


@pytest.mark.django_db(transaction=True)
def test_process_log_does_not_quote_people_or_models(job, lines):
    journal.write(job, "finish", "week 1 complete: Ann's knee, $0.01", quoting=["Ann's knee"], words="Ann's knee", n=3)

    row = LogEntry.objects.get(message__contains="complete: Ann")
    assert row.data == {"words": "Ann's knee", "n": 3}
    line = as_json(lines[-1])
    assert line["message"] == "week 1 complete: …, $0.01"
    assert line["data"] == {"n": 3}


def test_failure_says_what_to_do(job):
    finish(*claim_all(), Failure(CallCode.REFUSED, "no"))

    row = LogEntry.objects.get(job=job, code="give_up")
    assert (row.level, row.advice) == (LogLevel.ERROR, EXPLANATIONS[Reason.REFUSED].next_step)


def test_rows_know_whose_job_it_is(job, ann):
    work_off(job)
    assert set(LogEntry.objects.filter(job=job).values_list("user", flat=True)) == {ann.pk}


@pytest.mark.parametrize("level", LogLevel)
def test_every_severity_is_one_of_logging(level):
    assert logging.getLevelName(level.number) == level.name


# --- Secrets ------------------------------------------------------------------------------------


def test_key_that_the_provider_echoes_reaches_no_column(job, settings):
    settings.OPENAI_API_KEY = canaries.KEY
    journal.write(
        job, "note", f"the key {canaries.KEY} was refused", detail=f"Bearer {canaries.KEY}", password="hunter22")

    row = LogEntry.objects.get(code="note")
    assert row.message == "the key [hidden] was refused"
    assert row.data == {"detail": "Bearer [hidden]", "password": "[hidden]"}


def test_configured_secrets_are_hidden_whatever_they_look_like(job, settings):
    settings.SECRET_KEY = "correct horse battery"
    journal.write(job, "note", "signed with correct horse battery")
    assert LogEntry.objects.get(code="note").message == "signed with [hidden]"


@pytest.mark.parametrize("formatter", [Line(), JsonLines()], ids=["line", "json"])
def test_lines_of_libraries_are_scrubbed_too(formatter, settings):
    settings.OPENAI_API_KEY = "plain-looking-key"
    try:
        raise ValueError("postgresql://cw:hunter22@db/cw")
    except ValueError as error:
        record = logging.LogRecord("lib", logging.ERROR, __file__, 1, "used %s", ("plain-looking-key",), (
            type(error), error, error.__traceback__))

    text = formatter.format(record)

    assert "plain-looking-key" not in text and "hunter22" not in text
    assert text.count("[hidden]") >= 2
    assert "Traceback" in text


def test_json_line_stays_json_whatever_is_hidden():
    record = logging.LogRecord("lib", logging.INFO, __file__, 1, 'token: abcdef"quoted" and \\ more', (), None)
    assert json.loads(JsonLines().format(record))["message"].startswith("token: [hidden]")


def test_witness_notices_a_leak(witness):
    logging.getLogger("generation.test").warning("she wrote %s", canaries.PUPIL)

    assert len(witness.taken()) == 2      # the line as both formatters print it


def test_leak_into_a_column_is_noticed(job):
    Chunk.objects.filter(job=job).update(reason_detail=f"sent {canaries.KEY}")

    assert canaries.in_the_database() == [f"Chunk sent {canaries.KEY}"]
    Chunk.objects.filter(job=job).update(reason_detail="")


# --- Requests -----------------------------------------------------------------------------------


def test_answer_tells_the_request_id_that_came():
    response = Client().get("/healthz", headers={"X-Request-ID": "proxy-4711-abc"})
    assert response["X-Request-ID"] == "proxy-4711-abc"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words here", "evil\tvalue-123", "ä-umlaut-id", "{}<script>"])
def test_harmful_request_id_is_replaced(given):
    response = Client().get("/healthz", headers={"X-Request-ID": given})
    assert uuid.UUID(response["X-Request-ID"]).hex == response["X-Request-ID"]


def test_each_request_has_its_own_id():
    client = Client()
    assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]


def test_problem_tells_the_request_id():
    response = Client().get("/api/v1/jobs", headers={"X-Request-ID": "client-0815-xyz"})
    assert (response.status_code, response.json()["request_id"]) == (401, "client-0815-xyz")


def test_submitted_job_remembers_its_request(ann, route):
    request_id.begin("gateway-1234567")
    try:
        job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    finally:
        request_id.end()

    assert LogEntry.objects.get(job=job, code="submit").request_id == "gateway-1234567"


# --- Surprises ----------------------------------------------------------------------------------


def test_unexpected_error_of_ours_is_handed_over(surprises):
    try:
        raise KeyError("weeks")
    except KeyError:
        logging.getLogger("generation.worker.engine").exception("chunk %s", 7, extra={"chunk_id": 7})

    [surprise] = surprises
    assert (surprise.message, surprise.level, surprise.chunk_id) == ("chunk 7: KeyError: 'weeks'", "error", 7)
    assert "raise KeyError" in surprise.trace


def test_warnings_and_rows_are_no_surprises(job, surprises):
    logging.getLogger("generation.queue").warning("doorbell not delivered")
    journal._say([journal.entry(job, "failed", "it failed", level=LogLevel.ERROR)])
    assert surprises == []


def test_refusal_with_a_5xx_is_no_surprise(ann, route, surprises):
    Pause.objects.update_or_create(id=1, defaults={"is_on": True, "reason": "exams"})
    secret = create_token(ann, "phone")[1]
    response = Client().post(
        "/api/v1/jobs", {"kind": "training_program", "brief": PROGRAM}, content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"})

    assert response.status_code == 503
    assert surprises == []


def test_request_ends_with_its_answer():
    Client().get("/healthz")
    assert request_id.current() == ""


@pytest.mark.django_db(transaction=True)
def test_surprise_becomes_a_row_in_a_thread_of_its_own(job, monkeypatch):
    writer = error_log.ErrorRowWriter()
    part = chunk(job, 0)
    monkeypatch.setattr(error_log, "IDLE_S", 0.01)
    writer.put(error_log.Surprise(
        "generation.x", "error", f"sent {canaries.KEY}", "Traceback …", "req-12345678", part.pk), ("x", "1"))

    wait_until("a row", lambda: LogEntry.objects.filter(code="surprise").exists(), 10)
    row = LogEntry.objects.get(code="surprise")
    assert (row.job, row.chunk, row.message, row.trace) == (job, part, "sent [hidden]", "Traceback …")
    assert row.advice and row.request_id == "req-12345678"
    assert writer.flush(10)


@pytest.mark.django_db(transaction=True)
def test_surprise_about_what_is_gone_is_written_all_the_same(monkeypatch):
    monkeypatch.setattr(error_log, "IDLE_S", 0.01)
    writer = error_log.ErrorRowWriter()
    writer.put(error_log.Surprise("generation.x", "error", "lost", "", "", 4_711, 4_711, 4_711), ("x", "1"))

    wait_until("a row", lambda: LogEntry.objects.filter(code="surprise", job=None).exists(), 10)
    assert writer.flush(10)


def test_same_surprise_again_is_counted_not_written(monkeypatch):
    stored = []
    monkeypatch.setattr(error_log, "_store", stored.append)
    writer = error_log.ErrorRowWriter()
    for number in range(50):
        writer.put(error_log.Surprise("generation.x", "error", f"again {number}", "", ""), ("x", "1"))

    assert writer.flush(10)
    assert [surprise.message for surprise in stored] == ["again 0"]


def test_waiting_surprises_are_bounded_and_nobody_waits(monkeypatch):
    monkeypatch.setattr(error_log.ErrorRowWriter, "_run", lambda self: None)      # nobody takes them
    writer = error_log.ErrorRowWriter()
    for number in range(error_log.MOST_WAITING * 2):
        writer.put(error_log.Surprise("generation.x", "error", f"{number}", "", ""), ("x", f"{number}"))

    assert len(writer._waiting) == error_log.MOST_WAITING
