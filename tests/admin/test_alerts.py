"""Alerts, rules, channels, endpoints and deliveries, as staff see and handle them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from generation.models import Alert, AlertRule, Channel, Delivery, LogEntry, WebhookEndpoint
from generation.services.alerts import evaluation
from generation.services.outbox import deliveries, webhooks
from tests.admin.forms import button_at, mark_of, press, save

pytestmark = pytest.mark.django_db


def page(row, name="change"):
    return reverse(f"admin:generation_{row._meta.model_name}_{name}", args=[row.pk])


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# --- Alerts ---------------------------------------------------------------------------------------


def test_first_page_and_sidebar_call(alert, rita, client_of):
    seen = client_of(rita).get(reverse("admin:index"))

    assert seen.context["alerts"][0][0] == alert
    content = seen.content.decode()
    assert "1 open alert" in content
    assert "No worker has swept for" in content
    badges = [item.get("badge") for group in seen.context["sidebar_navigation"] for item in group["items"]]
    assert badges.count("1") == 1


def test_nothing_is_called_when_nothing_is_open_or_one_may_not_see_it(alert, rita, nick, client_of):
    assert "open alert" not in text(client_of(nick), reverse("admin:index"))
    Alert.objects.update(state="resolved", resolved_at=timezone.now())
    seen = client_of(rita).get(reverse("admin:index"))
    assert "open alert" not in seen.content.decode()
    assert all("badge" not in item for group in seen.context["sidebar_navigation"] for item in group["items"])


def test_page_says_what_is_measured_what_to_do_and_who_was_told(alert, rita, client_of):
    content = text(client_of(rita), page(alert))

    for words in (
        "Start a worker", "Threshold", "60 s", "ops chat", "that it began", "Acknowledge", "Resolve",
    ):
        assert words in content


def test_acknowledge_and_resolve_with_a_note(alert, rita, client_of):
    client = client_of(rita)
    response = client.post(
        page(alert, "acknowledge"),
        {**button_at(client, page(alert), page(alert, "acknowledge")), "note": "restarting it"}, follow=True)
    assert messages_of(response) == ["Acknowledged: it is yours now, and nobody is reminded of it."]
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by, alert.acknowledge_note) == ("acknowledged", rita, "restarting it")
    assert "/acknowledge/" not in response.content.decode()

    response = client.post(
        page(alert, "resolve"), {**button_at(client, page(alert), page(alert, "resolve")), "note": "restarted"},
        follow=True)
    alert.refresh_from_db()
    assert (alert.state, alert.resolved_by, alert.resolve_note) == ("resolved", rita, "restarted")
    assert "restarted" in response.content.decode()
    assert "/resolve/" not in response.content.decode()
    assert LogEntry.objects.filter(code="alert_resolved", by=rita).exists()


def test_handling_twice_is_said(alert, rita, client_of):
    client = client_of(rita)
    buttons = {name: button_at(client, page(alert), page(alert, name)) for name in ("acknowledge", "resolve")}
    press(client, page(alert), page(alert, "resolve"))
    for name, button in buttons.items():
        [*_earlier, sentence] = messages_of(client.post(page(alert, name), button, follow=True))
        assert "resolved" in sentence


@pytest.mark.parametrize("name", ["acknowledge", "resolve"])
def test_handling_takes_a_permission_a_post_and_a_csrf_token(name, alert, rita, vera, client_of):
    assert "Acknowledge" not in text(client_of(vera), page(alert))
    assert client_of(vera).post(page(alert, name)).status_code == 403
    assert client_of(rita).get(page(alert, name)).status_code == 302
    assert client_of(rita, enforce_csrf_checks=True).post(page(alert, name)).status_code == 403
    assert Alert.objects.get().state == "open"


def test_open_alerts_come_first(alert, root, client_of):
    Alert.objects.update(state="resolved", resolved_at=timezone.now())
    newer = Alert.objects.get()
    newer.pk, newer.state, newer.resolved_at, newer.key = None, "open", None, "x"
    newer.save(force_insert=True)
    last = Alert.objects.get(pk=newer.pk)
    last.pk, last.state, last.resolved_at, last.key = None, "resolved", timezone.now(), "y"
    last.save(force_insert=True)

    response = client_of(root).get(reverse("admin:generation_alert_changelist"))

    assert next(iter(response.context["cl"].result_list)).state == "open"
    assert "never evaluated" in response.content.decode() or "evaluated" in response.content.decode()


@pytest.mark.parametrize("model", ["alert", "alertrule", "channel", "webhookendpoint", "delivery"])
def test_lists_ask_as_much_for_many_rows_as_for_few(model, alert, endpoint, root, bob, client_of):
    client, address = client_of(root), reverse(f"admin:generation_{model}_changelist")

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    before = asked()
    for n in range(3):
        made = AlertRule.objects.create(name=f"rule {n}", condition="sweeper_late", threshold=1)
        made.channels.add(Channel.objects.create(name=f"c{n}", kind="slack", url="https://chat.example.com/"))
        webhooks.create(user=bob, url="https://hooks.example.com/", events=["job.failed"])
        webhooks.ping(WebhookEndpoint.objects.latest("pk"), by=bob)
    evaluation.evaluate()
    for shown in Alert.objects.all():
        shown.acknowledged_by = bob
        shown.save()

    assert asked() == before


# --- Rules ----------------------------------------------------------------------------------------

RULE = {
    "name": "Late", "condition": "sweeper_late", "threshold": "120", "window_s": "1 h", "severity": "warning",
    "is_enabled": "on", "resolve_after": "2", "remind_after_s": "never", "time_zone": "Europe/Berlin",
    "breaks_quiet": "on",
}


def test_rule_is_made_with_quiet_hours(adam, client_of):
    response = client_of(adam).post(reverse("admin:generation_alertrule_add"), {
        **RULE, "quiet_from": "22:00", "quiet_until": "07:00"})

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert str(AlertRule.objects.get(name="Late").quiet_hours.begins) == "22:00:00"


@pytest.mark.parametrize(("change", "field"), [
    ({"time_zone": "Mars/Base"}, "time_zone"), ({"threshold": "-1"}, "threshold"),
    ({"quiet_from": "22:00"}, "quiet_until"),
    ({"quiet_until": "22:00"}, "quiet_from"), ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
    ({"condition": "bored"}, "condition"), ({"resolve_after": "0"}, "resolve_after"), ({"window_s": "1 s"}, "window_s"),
    ({"window_s": "3600"}, "window_s"), ({"remind_after_s": "soon"}, "remind_after_s"),
])
def test_rule_that_makes_no_sense_is_refused_at_its_field(change, field, adam, client_of):
    response = client_of(adam).post(reverse("admin:generation_alertrule_add"), {**RULE, **change})

    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_rule_that_has_called_is_disabled_and_not_deleted(alert, root, client_of):
    assert client_of(root).post(page(alert.rule, "delete"), {"post": "yes"}).status_code == 403
    Alert.objects.all().delete()
    client, address = client_of(root), page(alert.rule, "delete")
    assert client.post(address, {"post": "yes", **mark_of(client, address)})["Location"] == reverse(
        "admin:generation_alertrule_changelist")
    assert not AlertRule.objects.filter(pk=alert.rule.pk).exists()


# --- Channels -------------------------------------------------------------------------------------


def add_channel(client, **fields):
    return client.post(reverse("admin:generation_channel_add"), {
        "name": "ops", "kind": "webhook", "address": "https://hooks.example.com/x", "is_enabled": "on", **fields})


def test_secret_of_a_new_webhook_channel_is_shown_once(adam, client_of):
    client = client_of(adam)
    response = add_channel(client)

    secret = response.context["secret"]
    assert secret.startswith("whsec_")
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    channel = Channel.objects.get()
    assert secret not in text(client, page(channel))
    rotated = press(client, page(channel), page(channel, "rotate")).context["secret"]
    assert rotated != secret


@pytest.mark.parametrize(("kind", "address"), [
    ("slack", "https://chat.example.com/services/T/B/x"), ("email", "a@example.com, b@example.com")])
def test_other_channels_have_no_secret_to_show(kind, address, adam, client_of):
    response = add_channel(client_of(adam), kind=kind, address=address)

    assert response.status_code == 302
    assert Channel.objects.get().kind == kind


@pytest.mark.parametrize(("kind", "address"), [
    ("slack", "http://chat.example.com/"), ("webhook", "https://127.0.0.1/"), ("webhook", "https://[::ffff:10.0.0.1]/"),
    ("email", "nobody"), ("email", "a@example.com, b"), ("email", "https://x.example"), ("webhook", ""),
])
def test_address_that_cannot_be_used_is_refused(kind, address, adam, client_of):
    response = add_channel(client_of(adam), kind=kind, address=address)

    assert "address" in response.context["adminform"].form.errors
    assert not Channel.objects.exists()


def test_path_of_an_address_is_never_shown(alert, endpoint, adam, client_of):
    """For chats it is the key."""
    client = client_of(adam)
    channel = Channel.objects.get()
    for address in (
        page(channel), reverse("admin:generation_channel_changelist"), page(endpoint),
        reverse("admin:generation_webhookendpoint_changelist"), page(Delivery.objects.first()), page(alert),
    ):
        content = text(client, address)
        assert "SECRET-PATH" not in content
    assert "https://chat.example.com/…" in text(client, page(channel))


def test_channel_keeps_its_address_when_the_field_is_left_empty(alert, adam, client_of):
    channel = Channel.objects.get()
    Channel.objects.update(failures=7)
    save(client_of(adam), page(channel), name="renamed")
    channel.refresh_from_db()
    assert (channel.name, channel.url) == ("renamed", "https://chat.example.com/services/SECRET-PATH")
    assert channel.failures == 0, "who changes it mends it"

    save(client_of(adam), page(channel), address="https://other.example.com/")
    channel.refresh_from_db()
    assert channel.url == "https://other.example.com/"


def test_test_message_goes_through_the_outbox(alert, adam, client_of):
    channel = Channel.objects.get()
    client = client_of(adam)
    button = button_at(client, page(channel), page(channel, "test"))
    response = client.post(page(channel, "test"), button, follow=True)

    assert messages_of(response) == ["A test message is on its way. Reload this page to see what came of it."]
    assert Delivery.objects.filter(event="channel.test", channel=channel, state="waiting").exists()
    Channel.objects.update(is_enabled=False)
    client = client_of(adam)
    button = button_at(client, page(channel), page(channel, "test"))
    [sentence] = messages_of(client.post(page(channel, "test"), button, follow=True))
    assert "switched off" in sentence


def test_email_that_is_not_set_up_is_said(adam, client_of, settings):
    settings.EMAIL_IS_SET = False
    channel = Channel.objects.create(name="mail", kind="email", addresses="a@example.com")
    client = client_of(adam)
    button = button_at(client, page(channel), page(channel, "test"))
    [sentence] = messages_of(client.post(page(channel, "test"), button, follow=True))

    assert "EMAIL_URL" in sentence


def test_channels_are_changed_by_administrators_alone(alert, rita, client_of):
    channel, client = Channel.objects.get(), client_of(rita)

    assert client.get(reverse("admin:generation_channel_add")).status_code == 403
    for name in ("test", "rotate"):
        assert client.post(page(channel, name)).status_code == 403
    assert "Send a test message" not in text(client, page(channel))


# --- Endpoints and deliveries ---------------------------------------------------------------------


def test_endpoint_is_made_for_a_user_and_its_secret_shown_once(adam, ann, client_of):
    response = client_of(adam).post(reverse("admin:generation_webhookendpoint_add"), {
        "user": ann.pk, "url": "https://hooks.example.com/", "events": ["job.failed"], "description": "school"})

    assert response.context["secret"].startswith("whsec_")
    made = WebhookEndpoint.objects.get()
    assert (made.user, made.events, made.description) == (ann, ["job.failed"], "school")


def test_description_is_counted_as_it_is_kept(adam, ann, client_of):
    client_of(adam).post(reverse("admin:generation_webhookendpoint_add"), {
        "user": ann.pk, "url": "https://hooks.example.com/", "events": ["job.failed"],
        "description": "\ufeff" + "x" * 200})

    assert WebhookEndpoint.objects.get().description == "x" * 200


@pytest.mark.parametrize(("change", "field"), [
    ({"url": "https://10.0.0.1/"}, "url"), ({"events": []}, "events"), ({"events": ["job.bored"]}, "events")])
def test_endpoint_that_cannot_be_used_is_refused(change, field, adam, ann, client_of):
    response = client_of(adam).post(reverse("admin:generation_webhookendpoint_add"), {
        "user": ann.pk, "url": "https://hooks.example.com/", "events": ["job.failed"], "description": "", **change})

    assert field in response.context["adminform"].form.errors


def test_eleventh_endpoint_is_refused(endpoint, adam, ann, client_of, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 1)
    response = client_of(adam).post(reverse("admin:generation_webhookendpoint_add"), {
        "user": ann.pk, "url": "https://hooks.example.com/", "events": ["job.failed"], "description": ""})

    assert "user" in response.context["adminform"].form.errors


def test_endpoint_is_switched_on_again_and_pinged(endpoint, adam, client_of):
    client = client_of(adam)
    deliveries.disable(endpoint, "It answered with 410.", timezone.now())
    assert "It answered with 410." in text(client, page(endpoint))
    save(client, page(endpoint), events=["job.failed"], description="x", is_enabled="on")
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason, endpoint.events) == (True, "", ["job.failed"])

    press(client, page(endpoint), page(endpoint, "ping"))
    assert Delivery.objects.get().event == "webhook.ping"


def test_secret_is_rotated_by_its_owner_alone(endpoint, adam, ann, root, client_of):
    for person in (adam, root):
        assert client_of(person).post(page(endpoint, "rotate")).status_code == 403
    ann.is_staff = True
    ann.save()
    ann.user_permissions.add(*Permission.objects.filter(content_type__model="webhookendpoint"))
    rotated = press(client_of(ann), page(endpoint), page(endpoint, "rotate"))
    assert rotated.context["secret"].startswith("whsec_")


def test_failed_delivery_is_sent_again(alert, adam, rita, client_of):
    row = Delivery.objects.get()
    assert "Send it again" not in text(client_of(adam), page(row))
    Delivery.objects.update(state="failed", next_at=None, finished_at=timezone.now(), last_error="No answer.")
    assert "Send it again" in text(client_of(adam), page(row))
    assert client_of(rita).post(page(row, "again")).status_code == 403

    response = client_of(adam).post(page(row, "again"), follow=True)
    assert messages_of(response) == ["It is sent again. Reload this page to see what came of it."]
    assert Delivery.objects.get().state == "waiting"
    [sentence] = messages_of(client_of(adam).post(page(row, "again"), follow=True))
    assert "did not fail" in sentence
