"""What model servers say of themselves is read, and those that say nonsense harm nobody.  Over real HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from generation.core.dialects import Dialect
from generation.llm import local_server
from generation.llm.local_server import NoLocalModel, base_of, look
from tests.model_servers import LOADING, REFUSED_KEY, listing, llama_cpp, lm_studio, ollama, serving, vllm


@contextmanager
def speaking(*pieces: bytes) -> Iterator[str]:
    """A socket that says `pieces` to whoever connects, hears no end of it, and stays open after the last."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def talk() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    for piece in pieces:
                        connection.sendall(piece)
                    if pieces and pieces[-1] == b"":
                        over.wait(5)
                    else:      # what was not read by then would make a reset of the end
                        connection.settimeout(2)
                        connection.recv(65_536)

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def problem_of(script, *, key: str = "", name: str = "uvicorn", model: str = "") -> str:
    with serving(script, name=name) as server, pytest.raises(NoLocalModel) as problem:
        look(server.base_url, key=key, model=model)
    return str(problem.value)


@pytest.mark.parametrize(
    ("script", "name", "dialect", "model", "context", "slots", "told"),
    [
        (llama_cpp(context=2_048, slots=3), "llama.cpp", Dialect.LLAMA_CPP, "tiny.gguf", 2_048, 3, (True, True)),
        (llama_cpp(), "nginx", Dialect.LLAMA_CPP, "tiny.gguf", 12_288, 2, (True, True)),
        ({"/v1/models": llama_cpp()["/v1/models"]}, "llama.cpp", Dialect.LLAMA_CPP, "tiny.gguf", 12_288, 1,
         (True, False)),
        (ollama("llama3.2:latest"), "", Dialect.OLLAMA, "llama3.2:latest", 4_096, 1, (False, False)),
        (ollama("a", parameters='stop "<|end|>"\nnum_ctx     16384'), "", Dialect.OLLAMA, "a", 16_384, 1,
         (True, False)),
        (ollama("a", parameters="num_ctx 500000"), "", Dialect.OLLAMA, "a", 131_072, 1, (True, False)),
        (ollama("a", "b", loaded={"b": 32_768}), "", Dialect.OLLAMA, "b", 32_768, 1, (True, False)),
        (vllm(), "uvicorn", Dialect.VLLM, "Qwen/Qwen3-8B", 32_768, 16, (True, False)),
        (lm_studio(), "", Dialect.LM_STUDIO, "llama-3.1-8b", 16_384, 1, (True, False)),
        ({"/v1/models": listing("m")}, "", Dialect.OTHER, "m", 4_096, 1, (False, False)),
    ],
)
def test_each_server_is_known_by_what_it_says(script, name, dialect, model, context, slots, told):
    with serving(script, name=name) as server:
        found = look(server.base_url)
    assert (found.dialect, found.model, found.context_tokens, found.slots) == (dialect, model, context, slots)
    assert (found.tells_context, found.tells_slots) == told


def test_kind_that_is_given_is_believed_and_only_it_is_asked():
    with serving({"/v1/models": listing("m", max_model_len=9_000)}) as server:
        found = look(server.base_url, dialect=Dialect.VLLM)
    assert (found.dialect, found.context_tokens, server.paths) == (Dialect.VLLM, 9_000, ["/v1/models"])


def test_who_asks_says_so_and_shows_the_key_only_if_there_is_one():
    with serving(llama_cpp(), name="llama.cpp") as server:
        look(server.base_url)
        look(server.base_url, key="secret-key")
    headers = [headers for _method, _path, headers, _body in server.asked]
    assert {each["user-agent"] for each in headers} == {"coursewright"}
    assert [each.get("authorization") for each in headers] == [None, None, *["Bearer secret-key"] * 2]


def test_proxy_of_the_environment_is_not_asked_about_this_machine(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(llama_cpp(), name="llama.cpp") as server:
        assert look(server.base_url).model == "tiny.gguf"


@pytest.mark.parametrize(
    ("model", "found"), [("b:latest", "b:latest"), ("b", "b:latest"), ("a:1b", "a:1b")])
def test_model_is_chosen_by_name(model, found):
    with serving(ollama("a:1b", "b:latest")) as server:
        assert look(server.base_url, model=model).model == found
        assert server.asked[-1][3] == {"model": found}


def test_several_models_are_listed_and_none_is_guessed():
    assert problem_of(ollama("a", "b")).endswith("has several models: choose one of a, b.")
    assert problem_of(ollama("a", "b"), model="c").endswith("has no model c. It has: a, b.")
    many = problem_of({"/v1/models": listing(*(f"m{n}" for n in range(25)))})
    assert "m19 and 5 more." in many and "m20" not in many


@pytest.mark.parametrize("model", ["", "tiny.gguf", "/models/tiny.gguf", "C:\\models\\tiny.gguf"])
def test_file_is_named_without_its_folders(model):
    with serving(llama_cpp("/" + "deep/" * 40 + "tiny.gguf"), name="llama.cpp") as server:
        assert look(server.base_url, model=model).model == "tiny.gguf"


def test_llama_cpp_with_several_models_is_asked_by_their_whole_names():
    rows = [{"id": f"org/{name}", "owned_by": "llamacpp", "status": {"value": state}}
            for name, state in (("a", "unloaded"), ("b", "loaded"))]
    with serving({"/v1/models": {"data": rows}}, name="llama.cpp") as server:
        assert (look(server.base_url).model, look(server.base_url, model="org/a").model) == ("org/b", "org/a")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"/v1/models": LOADING}, "is still loading its model: try again when it is loaded."),
        ({**llama_cpp(), "/props": LOADING}, "is still loading its model"),
        ({"/v1/models": REFUSED_KEY}, "wants a key"),
        ({**llama_cpp(), "/props": REFUSED_KEY}, "wants a key"),
        ({}, "answers with 404"),
        ({"/v1/models": (500, b"<html>secret trace</html>")}, "answers with 500"),
        ({"/v1/models": (302, b"http://169.254.169.254/")}, "a redirect, which is not followed"),
        ({"/v1/models": b"<html>secret trace</html>"}, "something else than a list of models"),
        ({"/v1/models": b"[" * 100_000}, "something else than a list of models"),
        ({"/v1/models": b"\xff\xfe"}, "something else than a list of models"),
        ({"/v1/models": {"data": "many"}}, "something else than a list of models"),
        ({"/v1/models": [1, 2]}, "something else than a list of models"),
        ({"/v1/models": {"data": []}}, "has no model"),
        ({"/v1/models": {"data": [7, None, {"id": 3}, {"id": " "}, {"id": "a\x00b"}]}}, "has no model"),
        ({"/v1/models": {"data": [{"id": "a\nb"}, {"id": "a "}]}}, "has no model"),
        ({"/v1/models": listing("m" * 300)}, "more than 120 characters"),
        ({"/v1/models": b" " * 1_100_000}, "over 1 MB"),
        (ollama(), "has no model"),
    ],
)
def test_what_is_no_model_server_is_told_in_a_sentence_and_not_quoted(script, words):
    said = problem_of(script, name="llama.cpp" if "/props" in script else "")
    assert words in said and "secret trace" not in said and len(said) < 300


def test_refused_key_is_told_from_a_missing_one():
    said = problem_of({"/v1/models": REFUSED_KEY}, key="sk-wrong-key")
    assert said.endswith("refuses the key.") and "sk-wrong-key" not in said


@pytest.mark.parametrize("numbers", [
    {"default_generation_settings": {"n_ctx": -1}, "total_slots": True},
    {"default_generation_settings": {"n_ctx": 10**12}, "total_slots": "2"},
    {"default_generation_settings": 7, "total_slots": 0},
])
def test_numbers_that_are_none_are_not_believed(numbers):
    with serving({**llama_cpp(), "/props": numbers}, name="llama.cpp") as server:
        found = look(server.base_url)
    assert (found.context_tokens, found.slots, found.tells_slots) == (12_288, 1, False)


def test_nobody_there_is_told():
    with pytest.raises(NoLocalModel, match="cannot be reached: connection refused"):
        look("http://127.0.0.1:1/v1")
    with pytest.raises(NoLocalModel, match="cannot be reached: its name is not known"):
        look("http://no-such-host.invalid/v1")


def test_what_does_not_speak_http_is_told():
    with speaking(b"SSH-2.0-OpenSSH_9.6\r\n") as address, pytest.raises(NoLocalModel, match="does not speak HTTP"):
        look(address)
    with speaking() as address, pytest.raises(NoLocalModel, match="does not speak HTTP"):
        look(address)
    with speaking(b"hello\r\n") as address, pytest.raises(NoLocalModel, match="does not speak TLS"):
        look(address.replace("http:", "https:"))


@pytest.mark.parametrize("pieces", [(b"",), (b"HTTP/1.1 200 OK\r\n", b""),
                                    (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"")])
def test_slow_answer_is_not_waited_for(pieces, monkeypatch):
    monkeypatch.setattr(local_server, "TIMEOUT_S", 0.2)
    with speaking(*pieces) as address, pytest.raises(NoLocalModel, match=r"did not answer within 0\.2 s"):
        look(address)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("169.254.169.254", "is not asked"), ("[::ffff:169.254.1.1]", "is not asked"), ("[fe80::1]", "is not asked"),
        ("0xa9fea9fe", "is not asked"), ("0.0.0.0", "is not asked"),
        ("2852039166", "is not asked"), ("0", "is not asked"),
    ],
)
def test_forbidden_addresses_open_no_socket_however_they_are_spelled(host, words):
    with pytest.raises(NoLocalModel, match=words):
        look(f"http://{host}/v1")


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        (" HTTP://LocalHost:8080/v1/ ", "http://localhost:8080/v1"),
        ("localhost:11434", "http://localhost:11434/v1"),
        ("https://gpu.example/Llama/v1/chat/completions", "https://gpu.example/Llama/v1"),
        ("http://[::1]:1234/v1/models", "http://[::1]:1234/v1"),
    ],
)
def test_address_is_taken_however_much_of_it_was_written(written, base):
    assert base_of(written) == base
