"""The outbox: written with the event, sent by one notifier at a time, tried again, given up, forgotten.

The notifier is the real one, and so is the receiver, on this machine."""

import datetime as dt
import json
import smtplib
import socket
from email.message import Message

import pytest
from django.core import mail
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from generation.core.webhooks import MAX_ATTEMPTS
from generation.delivery import DeliveryReceipt, Reach, Sender, Verdict
from generation.models import Channel, Delivery, Election, Job, LogEntry, WebhookEndpoint, clock
from generation.services.alerts import evaluation
from generation.services.errors import Refusal
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.services.outbox import channels, deliveries, signing, webhooks
from generation.worker import email
from generation.worker.notifier import Notifier
from tests.support import PROGRAM, claim_all, finish, work_off
from tests.threads import at_once
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
ALL = ["job.completed", "job.partial", "job.failed", "job.cancelled"]
OK = DeliveryReceipt(Verdict.DELIVERED, "Delivered: answered with 200.", 200, 0.1)
BAD = DeliveryReceipt(Verdict.REFUSED, "It answered with 500.", 500, 0.1)


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.WEBHOOK_LOOPBACK = True


def endpoint_of(user, url="http://127.0.0.1:9/", events=ALL):
    return webhooks.create(user=user, url=url, events=list(events))


def carry(limit_s=10.0):
    """What is due, taken out in this thread."""
    Notifier(Sender(Reach(allows_loopback=True), timeout_s=1.0)).run_until_idle(limit_s)


def take():
    [parcel] = deliveries.take_due(slots=1, busy={})
    return parcel


def make_due():
    Delivery.objects.filter(next_at__isnull=False).update(next_at=clock.now() - dt.timedelta(seconds=1))
    Channel.objects.update(paused_until=None)
    WebhookEndpoint.objects.update(paused_until=None)


# --- Job events -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "event"), [
    ("complete", "job.completed"), ("fail", "job.failed"), ("cancel", "job.cancelled"), ("lose", "job.partial"),
])
def test_end_of_a_job_is_told_to_its_owners_endpoint(end, event, job, ann, bob):
    from generation.core.outcomes import CallCode, Failure

    endpoint_of(ann)
    endpoint_of(bob)
    if end == "complete":
        work_off(job)
    elif end == "cancel":
        control.cancel(job, by=ann)
    else:
        if end == "lose":
            work_off(job, stop_after=2)
        while claims := claim_all():
            for claim in claims:
                finish(claim, Failure(CallCode.REFUSED, "no"))

    [row] = Delivery.objects.select_related("endpoint")
    assert (row.event, row.endpoint.user, row.state) == (event, ann, "waiting")
    data = row.payload["data"]
    job.refresh_from_db()
    assert (data["job"], data["state"], data["percent"]) == (str(job.public_id), job.state, job.percent)
    assert data["links"]["document"].endswith(f"/api/v1/jobs/{job.public_id}/document")


def test_retry_of_a_job_is_told_again_at_its_end(job, ann):
    endpoint_of(ann)
    control.cancel(job, by=ann)
    control.retry(Job.objects.get(), by=ann)
    work_off(job)

    assert list(Delivery.objects.order_by("id").values_list("event", flat=True)) == ["job.cancelled", "job.completed"]


def test_endpoint_hears_only_what_it_asked_for(job, ann):
    endpoint_of(ann, events=["job.failed"])
    off = endpoint_of(ann).endpoint
    WebhookEndpoint.objects.filter(pk=off.pk).update(is_enabled=False)
    work_off(job)

    assert not Delivery.objects.exists()


def test_event_and_end_are_one_transaction(job, ann, monkeypatch):
    endpoint_of(ann)
    work_off(job, stop_after=3)

    def die(*_arguments: object) -> None:
        raise RuntimeError("the process dies here")

    monkeypatch.setattr("generation.services.chunks.job_state.deliveries.tell_of_jobs", die)
    [claim] = claim_all()
    with pytest.raises(RuntimeError):
        finish(claim)
    assert not Delivery.objects.exists()
    assert Job.objects.get().state == "generating"


def test_who_has_no_endpoint_costs_one_query_at_the_end(job, django_assert_num_queries):
    now = clock.now()
    with django_assert_num_queries(1):
        deliveries.tell_of_jobs([job], now)


def test_payload_holds_nothing_that_people_or_models_wrote(ann, route):
    endpoint_of(ann)
    job = submission.submit(
        user=ann, kind="training_program", brief={**PROGRAM, "limitations": ["PUPIL-CANARY"]}).job
    Job.objects.filter(pk=job.pk).update(title="PUPIL-CANARY")
    work_off(job)

    [row] = Delivery.objects.all()
    assert "CANARY" not in json.dumps(row.payload)
    assert job.title not in json.dumps(row.payload)


# --- Signed ---------------------------------------------------------------------------------------


def test_receiver_verifies_in_three_lines(job, ann, receiver):
    shown = endpoint_of(ann, receiver.url)
    work_off(job)
    carry()

    [(headers, body)] = receiver.got
    assert Webhook(shown.secret).verify(body, headers)["data"]["job"] == str(job.public_id)
    assert Delivery.objects.get().state == "delivered"
    with pytest.raises(WebhookVerificationError):
        Webhook(shown.secret).verify(body.replace(b"completed", b"cancelled"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint_of(ann).secret).verify(body, headers)


def test_retry_is_the_same_message(job, ann, receiver):
    """Same id and same bytes, so that receivers can tell; a new time and signature."""
    endpoint_of(ann, receiver.url)
    work_off(job)
    receiver.status = 500
    carry()
    receiver.status = 200
    make_due()
    carry()

    (first, one), (second, other) = receiver.got
    assert (first["webhook-id"], one) == (second["webhook-id"], other)
    assert Delivery.objects.get().attempts == 2


def test_old_secret_signs_for_a_day_after_a_rotation(ann, receiver):
    old = endpoint_of(ann, receiver.url)
    new = webhooks.rotate(old.endpoint, by=ann)
    webhooks.ping(new.endpoint, by=ann)
    carry()
    WebhookEndpoint.objects.update(rotated_at=clock.now() - dt.timedelta(days=1, seconds=1))
    webhooks.ping(new.endpoint, by=ann)
    carry()

    (first, one), (second, other) = receiver.got
    for secret in (old.secret, new.secret):
        assert Webhook(secret).verify(one, first)["type"] == "webhook.ping"
    assert Webhook(new.secret).verify(other, second)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.secret).verify(other, second)


def test_database_holds_no_secret(ann, rita):
    channel = Channel(name="ops", kind="webhook", url="http://127.0.0.1:9/")
    secrets = [endpoint_of(ann).secret, webhooks.rotate(WebhookEndpoint.objects.get(), by=ann).secret,
               channels.save(channel, by=rita)]

    rows = [*WebhookEndpoint.objects.values(), *Channel.objects.values(), *LogEntry.objects.values()]
    assert all(secret.removeprefix("whsec_") not in str(rows) for secret in secrets)


def test_changed_secret_key_sends_nothing_that_would_look_forged(ann, receiver, settings):
    shown = endpoint_of(ann, receiver.url)
    webhooks.ping(shown.endpoint, by=ann)
    settings.SECRET_KEY = "another-key-of-fifty-characters-and-more-0123456789"
    carry()

    row = Delivery.objects.get()
    assert (row.state, receiver.connections) == ("failed", 0)
    assert "rotate" in row.last_error
    assert signing.is_usable(webhooks.rotate(shown.endpoint, by=ann).endpoint)


# --- Retried, given up, paused --------------------------------------------------------------------


def test_500_is_tried_again_and_never_delays_the_job(job, ann, receiver):
    receiver.status = 500
    endpoint_of(ann, receiver.url)
    assert work_off(job).state == "completed"
    carry()

    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.last_status) == ("waiting", 1, 500)
    assert dt.timedelta(seconds=3) < row.next_at - clock.now() < dt.timedelta(seconds=7)


def test_redirect_is_a_failure(ann, receiver):
    receiver.status, receiver.headers = 302, {"Location": "http://127.0.0.1:1/"}
    webhooks.ping(endpoint_of(ann, receiver.url).endpoint, by=ann)
    carry()

    assert (Delivery.objects.get().last_status, receiver.connections) == (302, 1)
    assert "not followed" in Delivery.objects.get().last_error


def test_given_up_after_eight_attempts_and_the_endpoint_is_switched_off(ann, settings):
    """Its owner gets a line."""
    settings.EMAIL_IS_SET = True
    ann.email = "ann@example.com"
    ann.save()
    endpoint = endpoint_of(ann).endpoint
    webhooks.ping(endpoint, by=ann)
    for n in range(1, MAX_ATTEMPTS + 1):
        make_due()
        parcel = take()
        assert parcel.attempt == n
        assert deliveries.record(parcel, BAD)
        if n == 1:
            webhooks.ping(endpoint, by=ann)      # one that waits behind it
            Delivery.objects.filter(attempts=0).update(created_at=clock.now())
            late = Delivery.objects.get(attempts=0)
            Delivery.objects.filter(pk=late.pk).update(state="dropped", next_at=None, finished_at=clock.now())

    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.failures) == (False, MAX_ATTEMPTS)
    assert "500" in endpoint.disabled_reason
    assert Delivery.objects.filter(state="failed").count() == 1
    assert LogEntry.objects.filter(code="webhook_disabled").exists()
    carry()
    [message] = mail.outbox
    assert (message.to, "switched off" in message.subject) == (["ann@example.com"], True)

    webhooks.update(endpoint, by=ann, is_enabled=True)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.disabled_reason) == (0, "")


def test_gone_switches_the_endpoint_off_at_once(ann, receiver):
    receiver.status = 410
    endpoint = endpoint_of(ann, receiver.url).endpoint
    webhooks.ping(endpoint, by=ann)
    webhooks.ping(endpoint, by=ann)
    deliveries.record(take(), DeliveryReceipt(Verdict.GONE, "It answered with 410: it wants no more deliveries.", 410))

    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dropped", "failed"]
    assert WebhookEndpoint.objects.get().is_enabled is False
    with pytest.raises(Refusal):
        webhooks.ping(endpoint, by=ann)


def test_target_that_fails_is_left_alone_for_longer_and_longer(ann):
    endpoint = endpoint_of(ann).endpoint
    pauses = []
    for _ in range(7):
        webhooks.ping(endpoint, by=ann)
        deliveries.record(take(), BAD)
        Delivery.objects.filter(state="waiting").update(
            state="dropped", next_at=None, finished_at=clock.now())
        endpoint.refresh_from_db()
        pauses.append(endpoint.paused_until)

    now = clock.now()
    assert pauses[:4] == [None] * 4
    assert [round((pause - now).total_seconds() / 60) for pause in pauses[4:]] == [1, 2, 4]
    deliveries.tell(endpoint, "webhook.ping", {}, now)
    assert deliveries.take_due(slots=9, busy={}) == []
    webhooks.ping(endpoint, by=ann)
    assert len(deliveries.take_due(slots=9, busy={})) == 2, "who asks for a ping wants to know now"


def test_success_ends_the_count(ann):
    endpoint = endpoint_of(ann).endpoint
    WebhookEndpoint.objects.update(failures=4)
    webhooks.ping(endpoint, by=ann)
    deliveries.record(take(), OK)

    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.last_result) == (0, "Delivered: answered with 200.")


def test_url_that_may_not_be_called_is_not_tried_again(ann, receiver, settings):
    endpoint = endpoint_of(ann, receiver.url).endpoint
    webhooks.ping(endpoint, by=ann)
    settings.WEBHOOK_LOOPBACK = False
    Notifier().run_until_idle(5)

    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("failed", 1)
    assert receiver.connections == 0


# --- Two notifiers, dead notifiers ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_couriers_at_the_same_instant_never_take_the_same_delivery(ann):
    endpoint = endpoint_of(ann).endpoint
    for _ in range(2):
        webhooks.ping(endpoint, by=ann)

    found = at_once(*[lambda: deliveries.take_due(slots=9, busy={})] * 5)

    taken = [parcel.delivery_id for parcels in found for parcel in parcels]
    assert sorted(taken) == sorted(Delivery.objects.values_list("pk", flat=True))


def test_delivery_of_a_dead_courier_is_taken_again_and_its_late_word_counts_nothing(ann):
    webhooks.ping(endpoint_of(ann).endpoint, by=ann)
    dead = take()
    assert deliveries.take_due(slots=9, busy={}) == [], "while it may still be sending"
    make_due()
    other = take()

    assert deliveries.record(dead, OK) is False
    assert deliveries.record(other, BAD) is True
    assert deliveries.record(other, OK) is False
    assert (Delivery.objects.get().attempts, Delivery.objects.get().state) == (2, "waiting")


def test_removed_endpoint_takes_its_deliveries_along(ann):
    endpoint = endpoint_of(ann).endpoint
    webhooks.ping(endpoint, by=ann)
    parcel = take()
    webhooks.remove(endpoint, by=ann)

    assert deliveries.record(parcel, OK) is False
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_hanging_receiver_delays_no_job_no_alert_and_no_other_delivery(
    job, ann, bob, receiver, settings, monkeypatch,
):
    """A hundred deliveries wait for somebody who never answers; bob's arrives all the same."""
    monkeypatch.setattr("generation.worker.notifier.LAST_DELIVERIES_S", 0.2)
    settings.ALERT_EVERY_S = 1
    Election.objects.all().delete()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as hanging:
        stuck = endpoint_of(ann, f"http://127.0.0.1:{hanging.getsockname()[1]}/").endpoint
        now = clock.now()
        Delivery.objects.bulk_create(
            Delivery(endpoint=stuck, event="webhook.ping", payload={"type": "webhook.ping"}, next_at=now)
            for _ in range(100))
        notifier = Notifier(Sender(Reach(allows_loopback=True), timeout_s=60), name="c1").start()
        try:
            wait_until("ann's under way", lambda: Delivery.objects.filter(state="sending").count() == 2, 10)
            webhooks.ping(endpoint_of(bob, receiver.url).endpoint, by=bob)
            assert work_off(job).state == "completed"
            wait_until("bob's arrival", lambda: receiver.got, 10)
            wait_until("an evaluation", lambda: Election.objects.filter(name="alerts", by="c1").exists(), 10)
            assert Delivery.objects.filter(endpoint=stuck, attempts__gt=0).count() == 2
        finally:
            notifier.stop()


# --- E-mail and chat ------------------------------------------------------------------------------


ALERT = {
    "severity": "critical", "rule": "Budget spent", "sentence": "All of it.", "next_step": "Raise it.",
    "link": "https://x.example/1",
}


def test_alert_by_e_mail(settings):
    settings.EMAIL_IS_SET = True
    channel = Channel.objects.create(name="mail", kind="email", addresses="a@example.com, b@example.com")
    deliveries.tell(channel, "alert.opened", ALERT, clock.now())
    carry()

    [message] = mail.outbox
    assert (message.subject, message.to) == ("Coursewright: Critical: Budget spent", ["a@example.com", "b@example.com"])
    assert "What to do: Raise it." in message.body
    assert Delivery.objects.get().state == "delivered"


def test_alert_in_a_chat(receiver):
    channel = Channel.objects.create(name="chat", kind="slack", url=receiver.url)
    deliveries.tell(channel, "alert.opened", ALERT, clock.now())
    carry()

    [(headers, body)] = receiver.got
    assert json.loads(body) == {
        "text": "*Critical: Budget spent*\nAll of it.\nWhat to do: Raise it.\nhttps://x.example/1"}
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(("error", "verdict", "word"), [
    (smtplib.SMTPAuthenticationError(535, b"hunter2 is wrong"), Verdict.REFUSED, "password"),
    (smtplib.SMTPServerDisconnected("bye"), Verdict.UNREACHABLE, "cannot be reached"),
    (smtplib.SMTPDataError(554, b"spam"), Verdict.REFUSED, "554"),
    (smtplib.SMTPRecipientsRefused({}), Verdict.REFUSED, "none of the addresses"),
    (TimeoutError(), Verdict.TIMEOUT, "in time"),
    (ConnectionRefusedError(), Verdict.UNREACHABLE, "cannot be reached"),
])
def test_trouble_with_the_mail_server_is_a_receipt(error, verdict, word, settings, monkeypatch):
    settings.EMAIL_IS_SET = True

    def fail(self: Message) -> None:
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    receipt = email.send(["a@example.com"], "s", "t")

    assert (receipt.verdict, word in receipt.sentence) == (verdict, True)
    assert "hunter2" not in receipt.sentence


@pytest.mark.parametrize(
    ("addresses", "is_set"), [(["a@example.com"], False), (["nobody"], True), (["a\n@x.de"], True)])
def test_mail_that_cannot_go_says_so(addresses, is_set, settings):
    settings.EMAIL_IS_SET = is_set

    assert not email.send(addresses, "s", "t").is_delivered
    assert mail.outbox == []


def test_alert_channel_that_is_down_is_stored_and_retried_without_recursion(receiver, rita):
    """Its own failing is told to others only; there are none, so nothing is told, and nothing multiplies."""
    from generation.models import Alert, AlertRule

    AlertRule.objects.all().delete()
    AlertRule.objects.create(name="down", condition="channel_failing", threshold=3, resolve_after=2)
    channel = Channel(name="ops", kind="webhook", url=receiver.url)
    channels.save(channel, by=rita)
    receiver.status = 503
    deliveries.tell(channel, "alert.opened", ALERT, clock.now())
    for _ in range(4):
        make_due()
        carry()
        evaluation.evaluate()

    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 1)
    assert (Delivery.objects.get().attempts, Delivery.objects.get().state) == (4, "waiting")
    receiver.status = 200
    make_due()
    carry()
    evaluation.evaluate()
    evaluation.evaluate()
    assert (Delivery.objects.get().state, Alert.objects.get().state) == ("delivered", "resolved")
    assert Channel.objects.get().is_enabled, "a channel for calls for help is never switched off"


# --- Rows that go ---------------------------------------------------------------------------------


def test_sweeper_forgets_deliveries_that_ended_long_ago(ann, settings):
    settings.DELIVERY_KEEP_DAYS = 7
    endpoint = endpoint_of(ann).endpoint
    webhooks.ping(endpoint, by=ann)
    deliveries.record(take(), OK)
    sweeper.upkeep()
    assert Delivery.objects.count() == 1
    Delivery.objects.update(finished_at=clock.now() - dt.timedelta(days=8))
    sweeper.upkeep()
    assert Delivery.objects.count() == 0


def test_sweeper_drops_what_waits_for_a_target_that_is_off_for_days(ann):
    endpoint = endpoint_of(ann).endpoint
    webhooks.ping(endpoint, by=ann)
    WebhookEndpoint.objects.update(is_enabled=False)
    Delivery.objects.update(next_at=clock.now() - dt.timedelta(days=4))
    sweeper.upkeep()

    assert Delivery.objects.get().state == "dropped"


def test_owner_is_erased_with_endpoints_and_deliveries(ann, bob):
    for person in (ann, bob):
        webhooks.ping(endpoint_of(person, "https://hooks.example.com/ann-canary").endpoint, by=person)

    assert webhooks.erase_owner(ann.pk) == 2
    assert webhooks.erase_owner(ann.pk) == 0
    assert [row.endpoint.user for row in Delivery.objects.all()] == [bob]


def test_delivery_that_failed_is_sent_again_from_the_start(ann, rita):
    webhooks.ping(endpoint_of(ann).endpoint, by=ann)
    deliveries.record(take(), DeliveryReceipt(Verdict.FORBIDDEN, "Not called."))
    webhooks.send_again(Delivery.objects.get(), by=rita)
    parcel = take()
    deliveries.record(parcel, OK)

    assert (parcel.attempt, Delivery.objects.get().state) == (1, "delivered")
    with pytest.raises(Refusal):
        webhooks.send_again(Delivery.objects.get(), by=rita)
