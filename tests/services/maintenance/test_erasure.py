"""Erased is erased: no text of a person is left in any column of any table, and every cost is what it was."""

import json

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client

from accounts.models import ApiToken, Override, Reservation, Usage, User, create_token
from generation.core.alerting import Condition
from generation.core.findings import Finding, Severity
from generation.core.outcomes import CallCode, Failure, Reply
from generation.management.cli.base import BadInput
from generation.models import (
    Alert,
    AlertRule,
    Attempt,
    CacheEntry,
    Chunk,
    Delivery,
    Incident,
    Job,
    LogEntry,
    Occurrence,
    UnitVersion,
    WebhookEndpoint,
    clock,
)
from generation.services import incidents
from generation.services.chunks import attempts
from generation.services.errors import Refusal
from generation.services.jobs import control, submission
from generation.services.maintenance import erasure, sweeper
from generation.telemetry import journal
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, claim_all, finish, limited, work_off

WORD = "Zephyrine"      # the person's name, and a word of all that she wrote and was written for her


@pytest.fixture
def zoe(db, route):
    limited(role="student", requests=50, units=500, usd_micros=9_000_000)
    return User.objects.create_user(
        WORD, password="correct-horse", first_name=WORD, last_name=WORD, email=f"{WORD}@example.org")


@pytest.fixture
def everywhere(zoe, rita, bob):
    """Her word wherever a text can be: a complete job, a failed one, one at work, a regenerated unit, the log."""
    brief = {**PROGRAM, "preferences": WORD, "limitations": [WORD]}
    done = work_off(submission.submit(user=zoe, kind="training_program", brief=brief, idempotency_key=WORD).job)
    control.regenerate(done, 2, instruction=f"less {WORD}", by=zoe)
    work_off(done)
    lost = submission.submit(user=zoe, kind="training_program", brief=brief).job
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, f"{WORD}? No."))
    of_bob = work_off(submission.submit(user=bob, kind="training_program", brief=PROGRAM).job)
    control.regenerate(of_bob, 1, instruction=f"as {WORD} does it", by=zoe)
    work_off(of_bob)
    at_work = submission.submit(user=zoe, kind="training_program", brief=brief).job
    finish(*claim_all(), Reply(f'{{"{WORD}', USAGE))
    finding = Finding(WORD, Severity.ERROR, WORD, WORD, WORD, WORD, WORD).as_json()
    mine = [done.pk, lost.pk, at_work.pk]
    Job.objects.filter(pk__in=mine).update(title=WORD, findings=[finding], reason_detail=WORD)
    Chunk.objects.filter(job__in=mine).update(
        title=WORD, headline=WORD, reason_detail=WORD, findings=[finding], draft=WORD, instruction=WORD)
    Chunk.objects.filter(job__in=mine, content__isnull=False).update(content={"text": WORD})
    UnitVersion.objects.filter(chunk__job__in=mine).update(
        content={"text": WORD}, headline=WORD, findings=[finding], instruction=WORD)
    Attempt.objects.filter(job__in=mine).exclude(state="asking").update(
        reply=WORD, message=WORD, findings=[finding], request_fingerprint=WORD)
    sweeper.keep_up("incidents")
    Occurrence.objects.filter(job__in=mine).update(message=WORD)
    LogEntry.objects.filter(user=zoe).update(message=WORD, data={"said": WORD}, trace=WORD)
    journal.write(None, "note", f"a setting was changed: {WORD}", by=zoe, said=WORD)
    CacheEntry.objects.create(
        key="k", whose=f"user-{zoe.pk}", owner=zoe, job=done, kind=done.kind, kind_revision=1, stage="unit", position=1,
        model="m", content={"text": WORD}, headline=WORD, size_bytes=9, cost_usd_micros=1, expires_at=clock.now())
    endpoint = WebhookEndpoint.objects.create(user=zoe, url=f"https://{WORD}.example.org", description=WORD)
    of_bob_too = WebhookEndpoint.objects.create(user=bob, url="https://bob.example.org")
    for target, recipient in ((endpoint, ""), (of_bob_too, zoe.email)):
        Delivery.objects.create(
            endpoint=target, recipient=recipient, event="job.completed", payload={"said": WORD},
            next_at=clock.now())
    rule = AlertRule.objects.create(name="rule of a test", condition=Condition.DISK_LOW.value, threshold=1)
    Alert.objects.create(
        rule=rule, severity=rule.severity, value=1, worst=1, sentence="s", next_step="n", first_seen_at=clock.now(),
        last_seen_at=clock.now(), state="resolved", resolved_at=clock.now(), acknowledged_at=clock.now(),
        acknowledged_by=zoe, acknowledge_note=WORD, resolved_by=zoe, resolve_note=WORD)
    create_token(zoe, WORD)
    Override.objects.create(user=zoe, reason=WORD)
    for row in (zoe, ApiToken.objects.get(), Override.objects.get()):
        AdminEntry.objects.create(
            user=rita, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk),
            object_repr=str(row)[:200] or WORD, action_flag=CHANGE, change_message=WORD)
    browser = Client()
    browser.force_login(zoe)
    return mine


def places_with(word):
    """Every text column of every table in which `word` stands."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            for column, value in row.items():
                text = json.dumps(value, default=str) if not isinstance(value, str) else value
                if word.lower() in text.lower():
                    found.add(f"{model._meta.label}.{column}")
    return found


def costs():
    return {
        "attempts": Attempt.objects.aggregate(
            *[Sum(name) for name in ("cost_usd_micros", "input_tokens", "cached_input_tokens", "output_tokens")]),
        "jobs": sorted(Job.objects.values_list("pk", "cost_usd_micros", "calls", "billed_units")),
        "used": sorted(Usage.objects.values_list("pk", "used")),
        "billed": sorted(Reservation.objects.values_list("pk", "used_usd_micros", "used_units")),
    }


def test_fixture_puts_the_word_everywhere(everywhere):
    assert places_with(WORD) >= {
        "generation.Job.title", "generation.Job.brief", "generation.Job.findings", "generation.Job.reason_detail",
        "generation.Job.idempotency_key", "generation.Chunk.content", "generation.Chunk.draft",
        "generation.Chunk.instruction", "generation.Chunk.findings", "generation.Chunk.reason_detail",
        "generation.UnitVersion.content", "generation.UnitVersion.instruction", "generation.Attempt.reply",
        "generation.Attempt.message", "generation.Attempt.findings", "generation.LogEntry.message",
        "generation.LogEntry.data", "generation.LogEntry.trace", "generation.Occurrence.message",
        "generation.Job.brief_text", "generation.CacheEntry.content", "generation.WebhookEndpoint.url",
        "generation.Delivery.payload", "generation.Delivery.recipient", "generation.Alert.resolve_note",
        "accounts.User.username", "accounts.User.email", "accounts.ApiToken.name", "accounts.Override.reason",
        "admin.LogEntry.object_repr", "admin.LogEntry.change_message",
    }


def test_no_column_has_the_word_any_more_and_no_cost_has_changed(everywhere, zoe, adam):
    control.cancel(Job.objects.get(user=zoe, state="planning"), by=zoe)      # its end would settle what it did cost
    before = costs()
    erasure.erase_user(zoe, by=adam)

    assert places_with(WORD) == set()
    assert costs() == before
    assert_invariants()


def test_account_is_closed_and_nameless(everywhere, zoe, adam):
    secret = create_token(zoe, "phone")[1]
    browser = Client()
    browser.force_login(zoe)
    erasure.erase_user(zoe, by=adam)

    zoe.refresh_from_db()
    assert (zoe.username, zoe.email, zoe.is_active) == (f"erased-{zoe.pk}", "", False)
    assert not zoe.has_usable_password()
    answers = (
        Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}), browser.get("/api/v1/me"))
    assert [answer.status_code for answer in answers] == [401, 401]


def test_jobs_at_work_are_cancelled_first(everywhere, zoe, adam):
    erasure.erase_user(zoe, by=adam)
    assert set(Job.objects.filter(user=zoe).values_list("state", flat=True)) == {"completed", "failed", "cancelled"}


def test_others_keep_everything(everywhere, zoe, bob, adam):
    job = Job.objects.get(user=bob)
    before = list(Chunk.objects.filter(job=job).order_by("pk").values_list("content", "title", "headline"))
    lines = LogEntry.objects.filter(job=job).count()
    erasure.erase_user(zoe, by=adam)

    assert list(Chunk.objects.filter(job=job).order_by("pk").values_list("content", "title", "headline")) == before
    assert LogEntry.objects.filter(job=job).count() == lines
    assert Job.objects.get(user=bob).title


def test_account_can_be_kept(everywhere, zoe, adam):
    erasure.erase_user(zoe, by=adam, keep_account=True)

    zoe.refresh_from_db()
    assert zoe.is_active and zoe.check_password("correct-horse")
    assert {place.split(".")[1] for place in places_with(WORD)} == {"User"}
    assert submission.submit(user=zoe, kind="training_program", brief=PROGRAM).is_new


def test_erasing_twice_is_erasing_once(everywhere, zoe, adam):
    erasure.erase_user(zoe, by=adam)
    again = erasure.erase_user(User.objects.get(pk=zoe.pk), by=adam)
    assert sum(step.rows for step in again) == 0


def test_reply_that_comes_after_the_erasure_is_erased_by_the_sweeper(zoe, adam):
    submission.submit(user=zoe, kind="training_program", brief=PROGRAM)
    claim, = claim_all()
    erasure.erase_user(zoe, by=adam)
    attempts.store_replies(attempts.reply_row(claim, Reply(f"late {WORD}", USAGE), "fingerprint"))
    finish(claim, Failure(CallCode.ABANDONED, f"late {WORD}"))
    sweeper.upkeep()

    assert places_with(WORD) == set()
    assert Attempt.objects.get().cost_usd_micros > 0
    assert_invariants()


def test_erased_job_can_be_neither_read_nor_retried(everywhere, zoe, adam):
    erasure.erase_user(zoe, by=adam)
    for job in Job.objects.filter(user=zoe):
        for act in (lambda job=job: control.retry(job, by=adam),
                    lambda job=job: control.regenerate(job, 1, instruction="", by=adam)):
            with pytest.raises(Refusal, match="was erased"):
                act()


def test_incident_of_erased_jobs_ends(everywhere, zoe, adam):
    assert Incident.objects.get(cause="refused").is_open
    erasure.erase_user(zoe, by=adam)
    incidents.resolve(clock.now(), set())
    assert not Incident.objects.get(cause="refused").is_open


def test_log_says_who_erased_whom_without_a_name(everywhere, zoe, adam):
    erasure.erase_user(zoe, by=adam)
    line = LogEntry.objects.get(code="erase_user")
    assert (line.by, line.level) == (adam, "warning")
    assert f"user {zoe.pk}" in line.message


def test_nobody_erases_themselves_nor_the_last_superuser(adam):
    with pytest.raises(Refusal, match="Nobody erases themselves"):
        erasure.erase_user(adam, by=adam)
    root = User.objects.create_superuser("root", password="correct-horse")
    with pytest.raises(Refusal, match="last superuser"):
        erasure.erase_user(root, by=adam)


# --- The command ----------------------------------------------------------------------------------


def test_command_without_yes_only_tells(everywhere, zoe, capsys):
    before = places_with(WORD)
    call_command("erase_user", WORD)

    said = capsys.readouterr().out
    assert "Nothing was changed" in said
    assert "3  jobs: brief" in said
    assert places_with(WORD) == before


def test_command_with_yes_erases(everywhere, zoe, capsys):
    call_command("erase_user", WORD, "--yes")

    assert f"now called erased-{zoe.pk}" in capsys.readouterr().out
    assert places_with(WORD) == set()


def test_command_can_keep_the_account(everywhere, zoe):
    call_command("erase_user", WORD, "--yes", "--keep-account")
    assert User.objects.get(pk=zoe.pk).username == WORD


def test_command_knows_no_such_user(db):
    with pytest.raises(BadInput, match="There is no user") as refusal:
        call_command("erase_user", "nobody", "--yes")
    assert refusal.value.returncode == 2


def test_command_takes_the_id_that_the_log_has_instead_of_the_name(everywhere, zoe):
    call_command("erase_user", "--id", str(zoe.pk), "--yes")
    assert places_with(WORD) == set()


@pytest.mark.parametrize("arguments", [[], ["zoe", "--id", "1"], ["--id", "999999"]], ids=str)
def test_command_wants_one_user(db, arguments):
    with pytest.raises(BadInput, match=r"Name the user|no user 999999") as refusal:
        call_command("erase_user", *arguments, "--yes")
    assert refusal.value.returncode == 2
