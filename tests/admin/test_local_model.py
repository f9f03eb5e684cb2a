"""The page that adds a local model: who may, what it asks, what it says, and what it never shows."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from generation.models import LogEntry, Route
from tests.model_servers import LOADING, REFUSED_KEY, llama_cpp, ollama, serving

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "admin:generation_route_local"
LIST = "admin:generation_route_changelist"
FORM = {"key_name": "", "model": "", "is_default": "on"}


def may(person, *codenames: str):
    """`person` with permissions on routes besides those that they have."""
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return person


@pytest.fixture(autouse=True)
def directs(adam) -> None:
    """Who adds a local model says where prompts go: being an administrator is not enough."""
    may(adam, "direct_route")


def sent(client, address: str, **changes: str) -> str:
    """The page that follows."""
    response = client.post(reverse(ADD), {**FORM, "address": address, **changes}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_list_has_the_button_for_whoever_may_add_and_nobody_else(route, adam, rita, client_of):
    assert reverse(ADD) in client_of(adam).get(reverse(LIST)).content.decode()
    assert reverse(ADD) not in client_of(rita).get(reverse(LIST)).content.decode()


def test_administrator_adds_one_and_is_led_to_it(route, adam, client_of):
    with serving(llama_cpp(slots=3), name="llama.cpp") as server:
        response = client_of(adam).post(reverse(ADD), {**FORM, "address": server.root}, follow=True)
    made = Route.objects.get(slug="tiny")
    assert response.redirect_chain == [(reverse("admin:generation_route_change", args=[made.pk]), 302)]
    text = response.content.decode()
    assert "The route is made: llama.cpp, a context of 12,288 tokens for each of 3 calls at once." in text
    assert "New documents are made with it: courses, training programs." in text
    assert (made.max_in_flight, made.priority < route.priority) == (3, True)
    told = LogEntry.objects.get(code="local_route")
    assert (told.by, told.data["route"]) == (adam, "tiny")


def test_what_is_assumed_and_what_is_too_short_is_said(route, adam, client_of):
    with serving(ollama("a:1b")) as server:
        text = sent(client_of(adam), server.root)
    assert "It does not say how long its context is: 4,096 tokens are assumed." in text
    assert "Training programs: the context of 4,096 tokens is too short; start the server with at least" in text


def test_it_need_not_become_the_first_choice(route, adam, client_of):
    with serving(llama_cpp(), name="llama.cpp") as server:
        assert "New documents are made with it" not in sent(client_of(adam), server.root, is_default="")
    assert Route.objects.get(slug="tiny").uses.get().weight == 0


@pytest.mark.parametrize(
    ("script", "changes", "words"),
    [
        ({"/v1/models": LOADING}, {}, "is still loading its model: try again when it is loaded."),
        ({"/v1/models": REFUSED_KEY}, {}, "wants a key"),
        ({"/v1/models": (500, b"<b>raw words</b>")}, {}, "answers with 500"),
        ({"/v1/models": b"<b>raw words</b>"}, {}, "something else than a list of models"),
        (ollama("<script>alert(1)</script>", "b"), {}, "choose one of &lt;script&gt;alert(1)&lt;/script&gt;, b"),
        (llama_cpp(), {"model": "c"}, "has no model c"),
        (llama_cpp(), {"key_name": "MISSING"}, "PROVIDER_KEY_MISSING is not set"),
        (llama_cpp(), {"key_name": "lower"}, "Use capitals"),
    ],
)
def test_error_is_a_sentence_on_the_form(route, adam, client_of, script, changes, words):
    with serving(script) as server:
        text = sent(client_of(adam), server.root, **changes)
    assert words in text and "raw words" not in text and "<script>alert" not in text
    assert f'value="{server.root}"' in text, "what was written stays"
    assert Route.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254", "http://[fe80::1]/", "http://0.0.0.0", "http://u:secret@127.0.0.1", "file:///etc",
                "http://127.0.0.1?x=1", ""])
def test_address_where_no_route_leads_is_not_asked(route, adam, client_of, address, monkeypatch):
    asked = []
    monkeypatch.setattr("generation.services.routing.local_routes.look", lambda *_a, **_o: asked.append(1))
    client_of(adam).post(reverse(ADD), {**FORM, "address": address})
    assert (asked, Route.objects.count()) == ([], 1)


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_may_not_add_probes_nothing(route, rita, vera, nick, client_of, method):
    changer = may(nick, "view_route", "change_route", "direct_route")
    with serving(llama_cpp(), name="llama.cpp") as server:
        for person in (rita, vera, changer):
            answer = getattr(client_of(person), method)(reverse(ADD), {**FORM, "address": server.root})
            assert answer.status_code == 403
    assert server.asked == [] and Route.objects.count() == 1


def test_look_asks_nobody(route, adam, client_of):
    with serving(llama_cpp(), name="llama.cpp") as server:
        text = client_of(adam).get(reverse(ADD), {**FORM, "address": server.root}).content.decode()
    assert server.asked == [] and "Ask it and add it" in text and Route.objects.count() == 1


def test_whoever_may_only_add_changes_no_route_that_is_there(route, nick, client_of):
    client = client_of(may(nick, "view_route", "add_route", "direct_route"))
    with serving(llama_cpp(), name="llama.cpp") as server:
        sent(client, server.root)
        Route.objects.filter(slug="tiny").update(is_enabled=False)
        assert "leads there already, and you may not change it." in sent(client, server.root)
    assert not Route.objects.get(slug="tiny").is_enabled


@pytest.mark.parametrize("base_url", ["", "https://models.example/v1"])
def test_routes_that_nobody_but_the_simulator_answers_are_named(route, adam, client_of, settings, base_url):
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = None, base_url or None
    with serving(llama_cpp(slots=3), name="llama.cpp") as server:
        text = sent(client_of(adam), server.root)
    assert (f"No provider is set for {route.slug}: where a stronger model" in text) == (not base_url)
