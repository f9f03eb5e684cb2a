"""`manage.py add_local_route`: a model server of one's own becomes the first choice, and tells what it lacks."""

import re

import pytest
from django.core.management import call_command

from generation.core.dialects import Learned
from generation.management.cli.base import BadInput
from generation.models import LogEntry, Route, RouteUse
from generation.services.jobs import submission
from generation.services.routing import local_routes
from tests.model_servers import (
    LOADING,
    REFUSED_KEY,
    completing,
    listing,
    llama_cpp,
    lm_studio,
    ollama,
    serving,
    vllm,
)
from tests.support import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)


def added(address: str, *arguments: str) -> Route:
    """The route that the command made or changed last."""
    call_command("add_local_route", address, *arguments)
    told = LogEntry.objects.filter(code="local_route").latest("pk")
    return Route.objects.get(pk=told.data["route_id"])


def row(route: Route) -> dict:
    return Route.objects.filter(pk=route.pk).values().get()


def refusal_of(address: str, *arguments: str) -> str:
    before = list(Route.objects.values())
    with pytest.raises(BadInput) as refusal:
        call_command("add_local_route", address, *arguments)
    assert (list(Route.objects.values()), refusal.value.returncode) == (before, 2)
    return str(refusal.value)


class TestMade:
    def test_route_is_what_the_server_says_and_says_so(self, route, capsys):
        with serving(llama_cpp("Some Model-v1.2.Q4_K.gguf", context=9_000, slots=3), name="llama.cpp") as server:
            made = added(server.root)
        assert (made.slug, made.model, made.base_url) == (
            "some-model-v1-2-q4-k", "Some Model-v1.2.Q4_K.gguf", server.base_url)
        assert (made.dialect, made.key_name, made.is_enabled) == ("llama_cpp", "", True)
        assert (made.context_tokens, made.max_output_tokens, made.max_in_flight) == (9_000, 4_500, 3)
        assert (made.input_usd_micros, made.cached_input_usd_micros, made.output_usd_micros) == (0, 0, 0)
        assert (made.deadline_s, made.priority < route.priority) == (1_800, True)
        told = capsys.readouterr().out
        assert "llama.cpp, a context of 9,000 tokens for each of 3 calls at once" in told
        assert "New documents are made with it: courses, training programs." in told
        assert "verify_setup --call" in told
        assert [line for line in told.splitlines() if line.startswith("!")] == [
            f"! No provider is set for {route.slug}: where a stronger model or a fallback is asked, `up` lets the "
            "simulator answer. Disable what you do not use in the admin, under routes."]

    def test_new_documents_get_it(self, route, ann):
        with serving(vllm(), name="uvicorn") as server:
            made = added(server.base_url)
        assert submission.submit(user=ann, kind="training_program", brief=PROGRAM).job.route == made

    @pytest.mark.parametrize(
        ("script", "dialect", "context", "output", "slots"),
        [
            (ollama("a:1b", parameters="num_ctx 16384"), "ollama", 16_384, 8_192, 1),
            (vllm(context=131_072), "vllm", 131_072, 16_000, 16),
            (lm_studio(), "lm_studio", 16_384, 8_192, 1),
            ({"/v1/models": listing("m")}, "other", 4_096, 2_048, 1),
        ],
    )
    def test_every_kind_of_server(self, route, script, dialect, context, output, slots):
        with serving(script) as server:
            made = added(server.root)
        assert (made.dialect, made.context_tokens, made.max_output_tokens, made.max_in_flight) == (
            dialect, context, output, slots)

    def test_what_is_assumed_is_said(self, route, capsys):
        with serving({"/v1/models": listing("m")}) as server:
            added(server.root)
        told = capsys.readouterr().out
        assert "! It does not say what it is" in told
        assert "! It does not say how long its context is: 4,096 tokens are assumed." in told
        assert "! It does not say how many calls it takes at once: 1 is assumed." in told

    def test_context_that_is_too_short_is_told_for_each_kind_with_the_remedy(self, route, capsys):
        with serving(llama_cpp(context=2_048), name="llama.cpp") as server:
            added(server.root)
        told = capsys.readouterr().out
        for kind in ("training programs", "courses"):
            assert f"! {kind}: the context of 2,048 tokens is too short; start the server with at least " in told
        assert "(llama-server -c " in told and " -np 2)" in told
        assert "No new document is made with it as it stands." in told

    def test_advice_suffices_and_is_no_more_than_that(self, route, capsys):
        with serving(llama_cpp(context=2_048), name="llama.cpp") as server:
            added(server.root)
        advised = [int(found.replace(",", "")) for found in re.findall(r"at least ([\d,]+)", capsys.readouterr().out)]
        for context, shortcomings in ((max(advised), 0), (max(advised) - 1_024, 1)):
            with serving(llama_cpp(context=context), name="llama.cpp") as server:
                assert len(list(local_routes.shortcomings(added(server.root)))) == shortcomings

    def test_key_has_a_name_and_is_shown_to_the_server(self, route, settings):
        settings.PROVIDER_KEYS = {"LOCAL": "local-key"}
        with serving(llama_cpp(), name="llama.cpp") as server:
            settings.PROVIDER_URLS = {"LOCAL": [server.base_url]}
            assert added(server.root, "--key", "LOCAL").key_name == "LOCAL"
        assert server.asked[0][2]["authorization"] == "Bearer local-key"

    def test_key_of_the_installation_goes_to_no_other_address(self, route, settings):
        settings.OPENAI_API_KEY = "sk-own-key"
        with serving(llama_cpp(), name="llama.cpp") as server:
            added(server.root)
        assert all("authorization" not in headers for _method, _path, headers, _body in server.asked)

    def test_it_goes_before_routes_that_cost_nothing_either(self, route):
        Route.objects.filter(pk=route.pk).update(
            priority=0, input_usd_micros=0, cached_input_usd_micros=0, output_usd_micros=0)
        with serving(llama_cpp(), name="llama.cpp") as server:
            made = added(server.root)
        assert list(Route.objects.enabled().values_list("slug", flat=True)) == [made.slug, route.slug]

    def test_keep_default_gives_it_no_document_until_people_or_the_command_say_so(self, route, ann, capsys):
        with serving(llama_cpp(), name="llama.cpp") as server:
            made = added(server.root, "--keep-default")
            assert "No new document is made with it as it stands." in capsys.readouterr().out
            assert submission.submit(user=ann, kind="training_program", brief=PROGRAM).job.route == route
            added(server.root)
        assert not RouteUse.objects.exists()
        assert submission.submit(user=ann, kind="training_program", brief=PROGRAM, fresh=True).job.route == made

    def test_two_models_of_one_name_have_two_slugs(self, route):
        with serving(llama_cpp(), name="llama.cpp") as one, serving(llama_cpp(), name="llama.cpp") as other:
            assert [added(one.root).slug, added(other.root).slug] == ["tiny", "tiny-2"]


class TestAgain:
    def test_second_time_changes_nothing(self, route):
        with serving(llama_cpp(), name="llama.cpp") as server:
            made = added(server.root)
            before = row(made)
            assert row(added(f"{server.root}/v1/")) == before
        assert Route.objects.count() == 2

    def test_what_people_set_stays_and_what_the_server_says_is_taken(self, route):
        with serving(llama_cpp(), name="llama.cpp") as server:
            made = added(server.root)
        mine = {"deadline_s": 77, "strength": 3, "max_output_tokens": 999, "streaming": "off"}
        Route.objects.filter(pk=made.pk).update(
            **mine, is_enabled=False,
            learned=Learned(frozenset({"strict"}), context_tokens=2_048).as_json())
        with serving({**llama_cpp(context=12_288, slots=4)}, name="llama.cpp") as server:
            Route.objects.filter(pk=made.pk).update(base_url=server.base_url)
            again = added(server.root)
        assert {name: getattr(again, name) for name in mine} == mine
        assert (again.pk, again.is_enabled, again.max_in_flight, again.room) == (made.pk, True, 4, 12_288)
        assert again.lesson.refused == {"strict"}

    def test_longer_context_makes_longer_replies(self, route):
        with serving(llama_cpp(context=8_192), name="llama.cpp") as server:
            made = added(server.root)
        with serving(llama_cpp(context=20_000), name="llama.cpp") as server:
            again = added(server.root, "--slug", made.slug)
        assert (again.pk, again.base_url, again.context_tokens, again.max_output_tokens) == (
            made.pk, server.base_url, 20_000, 10_000)

    def test_what_is_assumed_does_not_replace_what_people_know(self, route):
        with serving(ollama("a")) as server:
            made = added(server.root)
            Route.objects.filter(pk=made.pk).update(context_tokens=32_768, max_in_flight=4)
            again = added(server.root)
        assert (again.context_tokens, again.max_in_flight) == (32_768, 4)


class TestRefused:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("http://127.0.0.1:1", "cannot be reached"),
            ("http://user:secret-word@127.0.0.1:8080", "must not hold a user name or a password"),
            ("http://@127.0.0.1:8080", "must not hold a user name or a password"),
            ("http://127.0.0.1:8080?key=secret-word", "must not have a query or a fragment"),
            ("http://169.254.169.254", "leads to where no provider answers."),
            ("http://[fe80::1]", "leads to where no provider answers."),
            ("http://0.0.0.0:8080", "leads to where no provider answers."),
            ("ftp://127.0.0.1", "must be like https://models.example/v1"),
            ("file:///etc/passwd", "must be like https://models.example/v1"),
            ("", "must be like https://models.example/v1"),
            ("http://[nonsense", "is not a URL"),
            ("http://127.0.0.1:99999", "is not a URL"),
            (f"http://127.0.0.1/{'x' * 400}", "at most 300 characters"),
        ],
    )
    def test_address_where_no_model_can_be(self, route, address, words):
        said = refusal_of(address)
        assert words in said and "secret-word" not in said and "\n" not in said

    @pytest.mark.parametrize(
        ("script", "arguments", "words"),
        [
            ({"/v1/models": LOADING}, [], "try again when it is loaded"),
            ({"/v1/models": REFUSED_KEY}, [], "wants a key"),
            ({"/v1/models": b"nonsense"}, [], "something else than a list of models"),
            (ollama("a", "b"), [], "choose one of a, b"),
            (ollama("a", "b"), ["--model", "c"], "has no model c"),
            (ollama(), [], "has no model"),
            (llama_cpp(context=512), [], "512 tokens, in which no document can be made"),
            (llama_cpp(), ["--key", "MISSING"], "PROVIDER_KEY_MISSING is not set in the environment"),
            (llama_cpp(), ["--key", "no-name"], "Use capitals"),
            (llama_cpp(), ["--slug", "no slug"], "Slug: Enter a valid"),
            (llama_cpp(), ["--slug", "gpt-4-1-mini"], "costs money"),
        ],
    )
    def test_what_cannot_be_used(self, route, script, arguments, words):
        with serving(script) as server:
            assert words in refusal_of(server.root, *arguments)


@pytest.mark.processes
def test_refusal_is_one_line_without_a_traceback_and_exit_code_2(prepared):
    done = prepared.run("add_local_route", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "http://127.0.0.1:1/v1 cannot be reached: connection refused. Does it run?\n"


@pytest.mark.processes
def test_document_of_an_installation_that_has_nothing_but_a_local_model(prepared):
    with serving({**llama_cpp(), "/v1/chat/completions": completing()}, name="llama.cpp") as server:
        assert prepared.run("add_local_route", server.root).returncode == 0
        done = prepared.run(
            "generate", "training_program", "--set", "goal=strength", "--set", "weeks=1", "--out", "-")
    assert (done.returncode, done.stdout.count("\n## Week ")) == (0, 1)
    assert "simulator" not in done.stderr and "completed: 2 calls, $0.0000" in done.stderr


@pytest.mark.processes
def test_up_says_where_the_local_model_is(prepared):
    with serving(llama_cpp(), name="llama.cpp") as server:
        assert prepared.run("add_local_route", server.root).returncode == 0
        running = prepared.serve()
        assert running.stop() == 0
    assert f"tiny at {server.base_url}; for other routes the bundled simulator" in " ".join(running.output.split())
