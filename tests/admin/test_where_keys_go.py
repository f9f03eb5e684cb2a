"""Whoever may change routes, and is no superuser, tries to have a key or the users' prompts: over real sockets."""

import asyncio
import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from generation.core.outcomes import CallCode
from generation.core.routing import Endpoint
from generation.llm import sockets
from generation.models import Alert, LogEntry, Route
from generation.services.alerts import evaluation
from generation.services.jobs import progress
from generation.services.routing import route_health
from generation.services.routing.keys import stop_of
from generation.worker.provider import Providers
from tests.admin.forms import form_at, save, with_changes
from tests.llm.conftest import SMALL
from tests.model_servers import completing, llama_cpp, serving
from tests.services.alerts.test_alerts import rule
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
CHAT = "/v1/chat/completions"
GOOD = {**llama_cpp(), CHAT: completing()}


def asked(*endpoints: Endpoint) -> list:
    async def ask_all():
        providers = Providers()
        options = {"model": "m", "max_output_tokens": 500, "deadline_s": 5, "cache_key": "k"}
        answers = [await providers.ask(SMALL, **options, endpoint=endpoint) for endpoint in endpoints]
        await providers.close()
        return answers

    return asyncio.run(ask_all())


def keys_at(server) -> set[str]:
    return {headers.get("authorization", "") for _method, _path, headers, _body in server.asked}


@pytest.fixture(autouse=True)
def environment(settings) -> None:
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = None, None
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS, settings.PROVIDER_HOSTS = {"SECOND": "second-secret"}, {}, []


# --- where a key goes -----------------------------------------------------------------------------


def test_named_key_goes_to_the_address_that_the_environment_binds_it_to_and_to_no_other(settings):
    with serving(GOOD) as good, serving(GOOD) as thief:
        settings.PROVIDER_URLS = {"SECOND": [good.base_url]}
        assert asked(Endpoint(good.base_url, "SECOND"))[0].usage.output_tokens
        found = asked(
            Endpoint(thief.base_url, "SECOND"), Endpoint(good.base_url.replace("/v1", "/v2"), "SECOND"),
            Endpoint(good.base_url.replace("http:", "https:"), "SECOND"),
            Endpoint(good.base_url.replace("127.0.0.1", "localhost"), "SECOND"), Endpoint("", "SECOND"))
    assert {answer.code for answer in found} == {CallCode.KEY_UNBOUND}
    assert (keys_at(good), thief.asked) == ({"Bearer second-secret"}, [])


def test_key_that_is_bound_to_nothing_stops_its_route_with_the_line_to_add():
    with serving(GOOD) as server:
        [answer] = asked(Endpoint(server.base_url, "SECOND"))
    assert answer.message.endswith(f"set PROVIDER_URL_SECOND={server.base_url} for web and workers.")
    assert (server.asked, "second-secret" in answer.message) == ([], False)


def test_line_keeps_the_addresses_that_are_bound_already(settings):
    settings.PROVIDER_URLS = {"SECOND": ["https://a.example/v1", "https://b.example/v1"]}
    stop = stop_of(Endpoint("https://c.example/v1", "SECOND"))
    assert "PROVIDER_URL_SECOND=https://a.example/v1,https://b.example/v1,https://c.example/v1" in stop.sentence


def test_installation_s_own_key_goes_to_its_own_address_alone(settings):
    with serving(GOOD) as own, serving(GOOD) as other:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = own.base_url, "own-secret"
        asked(Endpoint(), Endpoint(own.base_url), Endpoint(other.base_url))
    assert keys_at(own) == {"Bearer own-secret"}
    assert keys_at(other) == {"Bearer no-key-set"}


def test_redirect_takes_no_key_to_another_host(settings):
    with serving(GOOD) as thief, serving({CHAT: (307, f"{thief.base_url}/chat/completions".encode())}) as good:
        settings.PROVIDER_URLS = {"SECOND": [good.base_url]}
        [answer] = asked(Endpoint(good.base_url, "SECOND"))
    assert (answer.code, thief.asked) == (CallCode.WRONG_ADDRESS, [])


# --- where a socket leads -------------------------------------------------------------------------


@pytest.mark.parametrize("spelled", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_this_machine_is_called_in_production_only_if_the_environment_names_it(settings, spelled):
    settings.IS_PRODUCTION = True
    with serving(GOOD) as server:
        endpoint = Endpoint(server.base_url.replace("127.0.0.1", spelled))
        [answer] = asked(endpoint)
        assert (answer.code, server.asked) == (CallCode.ADDRESS_REFUSED, [])
        line = answer.message.partition("set PROVIDER_HOSTS=")[2].partition(" ")[0]
        settings.PROVIDER_HOSTS = [line]
        [answer] = asked(endpoint)
        assert answer.usage.output_tokens, answer


def test_embedded_this_machine_is_called(settings):
    with serving(GOOD) as server:
        assert asked(Endpoint(server.base_url))[0].usage.output_tokens


class Resolver:
    """A name server that says what it is told to; the last answer stays."""

    answers: list[list[str]]

    def __init__(self, _loop) -> None:
        pass

    async def resolve(self, host, port=0, family=0):
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [{"hostname": host, "host": ip, "port": port, "family": 2, "proto": 0, "flags": 0} for ip in found]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("answers", [
    [["127.0.0.1"]], [["8.8.8.8", "127.0.0.1"]], [["169.254.169.254"]], [["10.0.0.7"]], [["0.0.0.0"]],
])
def test_name_with_one_forbidden_address_is_not_called(settings, monkeypatch, answers):
    settings.IS_PRODUCTION = True
    monkeypatch.setattr(Resolver, "answers", answers, raising=False)
    monkeypatch.setattr(sockets.aiohttp, "ThreadedResolver", Resolver)
    with serving(GOOD) as server:
        port = server.root.rpartition(":")[2]
        [answer] = asked(Endpoint(f"http://models.example:{port}/v1"))
    assert (answer.code, server.asked) == (CallCode.ADDRESS_REFUSED, [])


def test_named_host_is_not_called_at_a_link_local_address(settings, monkeypatch):
    settings.PROVIDER_HOSTS = ["models.example"]
    monkeypatch.setattr(Resolver, "answers", [["169.254.169.254"]], raising=False)
    monkeypatch.setattr(sockets.aiohttp, "ThreadedResolver", Resolver)
    [answer] = asked(Endpoint("http://models.example/v1"))
    assert answer.code is CallCode.ADDRESS_REFUSED and "no provider answers" in answer.message


@pytest.mark.parametrize("url", [
    "http://169.254.169.254/v1", "http://0.0.0.0:1/v1", "http://2130706433/v1", "http://127.1/v1",
    "http://a@127.0.0.1/v1", "http://[fe80::1]/v1", "http://10.0.0.7/v1"])
def test_row_that_was_written_past_the_form_is_not_called_either(url):
    assert asked(Endpoint(url))[0].code is CallCode.ADDRESS_REFUSED


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
def test_proxy_of_the_environment_carries_only_what_the_environment_names(settings, monkeypatch, variable):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    answer = {"http://named.example/v1/chat/completions": completing()}
    with serving(answer) as proxy:
        monkeypatch.setenv(variable, proxy.root)
        settings.OPENAI_BASE_URL = "http://named.example/v1"
        monkeypatch.setattr(Resolver, "answers", [["10.0.0.7"]], raising=False)
        assert asked(Endpoint())[0].usage.output_tokens
        monkeypatch.setattr(sockets.aiohttp, "ThreadedResolver", Resolver)
        [refused] = asked(Endpoint("http://metadata.internal/v1"))
    assert refused.code is CallCode.ADDRESS_REFUSED
    assert proxy.paths == ["http://named.example/v1/chat/completions"]


# --- who may say where a route leads --------------------------------------------------------------


def form_of(route) -> str:
    return reverse("admin:generation_route_change", args=[route.pk])


def test_administrator_without_the_permission_leads_no_route_elsewhere(route, adam, client_of, settings):
    client = client_of(adam)
    with serving(GOOD) as thief:
        page = client.get(form_of(route))
        assert 'name="base_url"' not in page.content.decode()
        sent = {"base_url": thief.base_url, "key_name": "SECOND"}
        assert save(client, form_of(route), priority="7", **sent).status_code == 302
        save(
            client, reverse("admin:generation_route_add"), slug="mine", model="m", input_usd_micros="1",
            cached_input_usd_micros="1", output_usd_micros="1", **sent)
        local = reverse("admin:generation_route_local")
        assert client.get(local).status_code == 403
        assert client.post(local, {"address": thief.root, "key_name": "SECOND"}).status_code == 403
        assert local not in client.get(reverse("admin:generation_route_changelist")).content.decode()
    route.refresh_from_db()
    assert (route.base_url, route.key_name, route.priority) == ("", "", 7), "the rest is theirs to change"
    made = Route.objects.get(slug="mine")
    assert (made.base_url, made.key_name, thief.asked) == ("", "", [])


def test_who_may_direct_routes_is_written_down_and_raises_an_alert_each_time(route, adam, client_of):
    adam.user_permissions.add(Permission.objects.get(codename="direct_route"))
    client = client_of(adam)
    for number in (1, 2):
        sent = with_changes(
            form_at(client, form_of(route)), {"base_url": f"https://m{number}.example/v1", "key_name": "SECOND"})
        text = client.post(form_of(route), sent, follow=True).content.decode()
        assert f"set PROVIDER_URL_SECOND=https://m{number}.example/v1 for web and workers." in text
    lines = LogEntry.objects.filter(code="route_directed").order_by("id")
    assert [line.by for line in lines] == [adam, adam]
    assert lines[1].message == (
        f"{route}: led to https://m1.example/v1 with the key SECOND before, and now to https://m2.example/v1 with the "
        "key SECOND, by adam")
    rule("route_directed", 1)
    evaluation.evaluate()
    assert Alert.objects.filter(rule__condition="route_directed").count() == 2


def test_saving_another_field_is_no_new_direction(route, root, client_of):
    save(client_of(root), form_of(route), priority="8")
    assert not LogEntry.objects.filter(code="route_directed").exists()


def test_stopped_route_says_the_line_to_those_who_wait_in_the_admin_and_in_an_alert(
    job, route, root, client_of, start, settings
):
    with serving(GOOD) as server:
        Route.objects.filter(pk=route.pk).update(base_url=server.base_url, key_name="SECOND")
        start(Providers())
        wait_until("the route stops", lambda: Route.objects.get(pk=route.pk).is_hard_open, 20)
        line = f"PROVIDER_URL_SECOND={server.base_url}"

        def waits() -> bool:
            job.refresh_from_db()
            held = progress.waiting(job)
            return held is not None and held.reason == "key_unbound"

        wait_until("the job waits", waits, 20)
        told = progress.waiting(job).as_json()
        assert line in told["detail"] and "second-secret" not in json.dumps(told)
        assert line in client_of(root).get(form_of(route)).content.decode()
        rule("route_stopped")
        evaluation.evaluate()
        [alert] = Alert.objects.filter(rule__condition="route_stopped")
        assert line in alert.sentence
        assert server.asked == []
        settings.PROVIDER_URLS = {"SECOND": [server.base_url]}
        assert route_health.resume_what_the_environment_allows() == 1
    assert Route.objects.get(pk=route.pk).open_until is None


def test_route_that_names_a_key_that_is_not_there_is_stopped_with_the_lines_to_add(
    job, route, root, client_of, settings
):
    """Nobody has refused it: nothing was sent, and the alert names the variables that are missing."""
    settings.PROVIDER_KEYS = {}
    save(client_of(root), form_of(route), base_url="https://m.example/v1", key_name="SECOND")
    stop = stop_of(Route.objects.get(pk=route.pk).endpoint)
    route_health.note_call(route.pk, stop.code, stop.sentence)
    rule("route_stopped")
    rule("bad_key")
    evaluation.evaluate()
    [alert] = Alert.objects.filter(rule__condition__in=["route_stopped", "bad_key"])
    assert alert.rule.condition == "route_stopped"
    assert "PROVIDER_KEY_SECOND is not set" in alert.sentence
    assert "PROVIDER_URL_SECOND=https://m.example/v1" in alert.sentence


@pytest.mark.parametrize(("is_held", "is_paused"), [(False, False), (True, True)])
def test_route_that_is_corrected_goes_on_unless_a_person_paused_it(route, root, client_of, is_held, is_paused):
    client = client_of(root)
    save(client, form_of(route), base_url="https://m.example/v1", key_name="SECOND")
    route_health.note_call(route.pk, CallCode.KEY_UNBOUND, "the line")
    if is_held:
        route_health.hold(Route.objects.get(pk=route.pk), by=root, because="look first")
    save(client, form_of(route), base_url="", key_name="")
    corrected = Route.objects.get(pk=route.pk)
    assert (corrected.open_until is not None) is is_paused
    assert is_paused or corrected.breaker_detail == ""


def test_route_that_is_still_stopped_is_not_resumed_by_a_start(route):
    Route.objects.filter(pk=route.pk).update(base_url="https://m.example/v1", key_name="SECOND")
    route_health.note_call(route.pk, CallCode.KEY_UNBOUND, "the line")
    assert route_health.resume_what_the_environment_allows() == 0
    assert connection.in_atomic_block is False
