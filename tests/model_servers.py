"""Model servers on 127.0.0.1 that answer by script, with what the real ones say of themselves."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from generation.core.kind import JsonObject
from generation.core.prompting import Request
from generation.simulator.content import write

# What an address answers: JSON, bytes, a status with either, or a function of the body that was sent.
Script = Mapping[str, Any]
LOADING = (503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}})
REFUSED_KEY = (401, {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}})


@dataclass
class ModelServer:
    """Where it listens, and what it was asked: method, path, headers, body."""

    root: str
    asked: list[tuple[str, str, dict[str, str], JsonObject]] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    @property
    def paths(self) -> list[str]:
        return [path for _method, path, _headers, _body in self.asked]


@contextmanager
def serving(script: Script, *, name: str = "uvicorn") -> Iterator[ModelServer]:
    """A server that calls itself `name` and answers as `script` says; 404 for the rest."""

    class Handler(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return name

        def log_message(self, *_words: object) -> None:
            pass

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length)) if length else {}
            headers = {key.lower(): value for key, value in self.headers.items()}
            running.asked.append((self.command, self.path, headers, sent))
            said = script.get(self.path, (404, {"error": "not found"}))
            said = said(sent) if callable(said) else said
            status, content = said if isinstance(said, tuple) else (200, said)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", content.decode())
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):      # it was too much for them
                self.wfile.write(body)

        do_GET = do_POST = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = ModelServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def listing(*ids: str, **more: Any) -> JsonObject:
    return {"object": "list", "data": [{"id": name, "object": "model", **more} for name in ids]}


def llama_cpp(model: str = "tiny.gguf", *, context: int = 12_288, slots: int = 2) -> Script:
    models = listing(model, owned_by="llamacpp", meta={"n_ctx": context, "n_ctx_train": 131_072})
    return {
        "/v1/models": models,
        "/props": {
            "default_generation_settings": {"params": {}, "n_ctx": context}, "total_slots": slots,
            "model_alias": model, "model_path": f"/models/{model}",
        },
    }


def ollama(*models: str, parameters: str = "", loaded: Mapping[str, int] = {}) -> Script:
    return {
        "/v1/models": listing(*models, owned_by="library") if models else {"object": "list", "data": None},
        "/api/version": {"version": "0.12.6"},
        "/api/tags": {"models": [{"name": name, "model": name} for name in models]},
        "/api/ps": {"models": [{"name": name, "model": name, "context_length": n} for name, n in loaded.items()]},
        "/api/show": {
            "parameters": parameters,
            "model_info": {"general.architecture": "llama", "llama.context_length": 131_072},
        },
    }


def vllm(model: str = "Qwen/Qwen3-8B", *, context: int = 32_768) -> Script:
    return {
        "/v1/models": listing(model, owned_by="vllm", root=model, parent=None, max_model_len=context),
        "/version": {"version": "0.11.0"},
    }


def lm_studio() -> Script:
    rows = [
        {"id": "nomic-embed", "type": "embeddings", "state": "loaded", "max_context_length": 2_048},
        {"id": "qwen2-7b", "type": "llm", "state": "not-loaded", "max_context_length": 32_768},
        {"id": "llama-3.1-8b", "type": "llm", "state": "loaded", "max_context_length": 131_072,
         "loaded_context_length": 16_384},
    ]
    elsewhere = {"error": "Unexpected endpoint or method. Returning 200 anyway"}
    return {
        "/v1/models": listing(*(row["id"] for row in rows), owned_by="organization_owner"),
        "/api/version": elsewhere, "/api/tags": elsewhere, "/api/v0/models": {"object": "list", "data": rows},
    }


def completing(text: str | None = None, *, refuses: str = "") -> Callable[[JsonObject], Any]:
    """Completions: `text`, or a good answer to the prompt; an error while the field `refuses` is sent."""

    def answer(sent: JsonObject) -> Any:
        if refuses and refuses in sent:
            return 400, {"error": {
                "message": f"Unrecognized request argument supplied: {refuses}", "type": "invalid_request_error",
                "param": refuses, "code": None}}
        said = written_for(sent) if text is None else text
        usage = {"prompt_tokens": 900, "completion_tokens": 334, "total_tokens": 1_234}
        head = {"id": "c-1", "created": 1, "model": sent["model"], "usage": usage}
        if not sent.get("stream"):
            message = {"role": "assistant", "content": said}
            return {**head, "object": "chat.completion", "choices": [
                {"index": 0, "message": message, "finish_reason": "stop"}]}
        delta = {"role": "assistant", "content": said}
        piece = {**head, "object": "chat.completion.chunk", "choices": [
            {"index": 0, "delta": delta, "finish_reason": "stop"}]}
        return 200, f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n".encode()

    return answer


def written_for(sent: JsonObject) -> str:
    """What the simulator would write for the request `sent`."""
    asked = sent["response_format"]["json_schema"]
    return write(Request(tuple(sent["messages"]), asked["name"], asked["schema"], 1))
