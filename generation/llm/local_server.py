"""What a model server on one's own machines says about itself: what it is, its models, their context, its slots.

Each server tells it at another address, and none is believed further than it can harm: an answer is short, comes
within seconds and from where it was asked, and of its words only names of models are used."""

import asyncio
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from generation.core import bounded_json
from generation.core.addresses import NamedHosts
from generation.core.dialects import LOCAL, TITLES, Dialect
from generation.core.text import is_plain_line
from generation.llm import sockets

TIMEOUT_S = 10.0                      # for one answer, from the name's resolution to its last byte
MAX_BODY_BYTES = 1_000_000
MOST_LISTED_BYTES = 16_000_000        # services that sell everybody's models describe each at length
LONGEST_NAME = 120
MOST_NAMED = 20
LARGEST_NUMBER = 2**31 - 1
USUAL_CONTEXT = 4_096                 # of Ollama and LM Studio, where nobody has set another
USUAL_SLOTS: Mapping[Dialect, int] = {Dialect.VLLM: 16}      # its max_num_seqs is larger, and not told
KINDS: Mapping[str, Dialect] = {
    "auto": Dialect.AUTOMATIC, **{dialect.value: dialect for dialect in sorted(LOCAL)},
}
_NUM_CTX = re.compile(r"^num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)

Json = dict[str, Any]      # Any: whatever a stranger wrote


class NoLocalModel(Exception):
    """Why no local model was found, in a sentence or two for people."""


@dataclass(frozen=True)
class LocalServer:
    """A server with the model that was chosen.  What it did not tell is assumed: the two claims say which."""

    base_url: str
    dialect: Dialect
    model: str
    context_tokens: int = USUAL_CONTEXT      # for one call
    slots: int = 1
    tells_context: bool = False
    tells_slots: bool = False

    def with_context(self, *told: int | None) -> "LocalServer":
        """With the first of `told` that is a number; unchanged if none is."""
        found = next((tokens for tokens in told if tokens is not None), None)
        return self if found is None else replace(self, context_tokens=found, tells_context=True)

    def within(self, longest: int | None) -> "LocalServer":
        """With no more context than the model has by itself."""
        return self if longest is None else replace(self, context_tokens=min(self.context_tokens, longest))


def base_of(address: str) -> str:
    """The base URL, with its /v1, of a server at `address`, however much of it was written."""
    text = address.strip()
    if "://" not in text:
        text = f"http://{text}"
    text = text.rstrip("/").removesuffix("/chat/completions").removesuffix("/models").rstrip("/").removesuffix("/v1")
    scheme, _, rest = text.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}/v1"


def look(
    base_url: str, *, key: str = "", dialect: Dialect = Dialect.AUTOMATIC, model: str = "",
    hosts: NamedHosts = sockets.EMBEDDED,
) -> LocalServer:
    """The server at `base_url` with `model`, or else with the only model it has, or has loaded.

    Raises NoLocalModel.  The caller has judged the address; what its name resolves to is judged here."""
    return asyncio.run(_look(base_url, key, dialect, model, hosts))


@dataclass(frozen=True)
class Listing:
    """What a service answers to GET /models: its status, and the names; None where it is no list."""

    status: int
    models: tuple[str, ...] | None


def models_at(base_url: str, key: str, hosts: NamedHosts = sockets.EMBEDDED) -> Listing:
    """Costs nothing, and tells whether address and key are right.  NoLocalModel if nobody answers or is asked."""
    return asyncio.run(_models_at(base_url, key, hosts))


async def _look(base_url: str, key: str, dialect: Dialect, model: str, hosts: NamedHosts) -> LocalServer:
    async with _session(base_url, key, hosts) as session:
        server = _Asked(session, base_url, has_key=bool(key), proxy=sockets.proxy_of(base_url, hosts))
        said, header = await server.get("/v1/models")
        listed = _rows(said, "data")
        if listed is None:
            raise NoLocalModel(f"{base_url} answers with something else than a list of models.")
        if dialect is Dialect.AUTOMATIC:
            dialect = await _dialect_of(server, listed, header)
        return await _READERS.get(dialect, _read_other)(server, listed, dialect, model)


# --- Whose it is ------------------------------------------------------------------------------


async def _dialect_of(server: "_Asked", listed: list[Json], header: str) -> Dialect:
    owners = {str(row.get("owned_by", "")).lower() for row in listed}
    if header.lower().startswith("llama.cpp") or "llamacpp" in owners:
        return Dialect.LLAMA_CPP
    if "vllm" in owners:
        return Dialect.VLLM
    version = await server.maybe("/api/version")
    if isinstance(version.get("version"), str) and _rows(await server.maybe("/api/tags"), "models") is not None:
        return Dialect.OLLAMA
    if any("state" in row for row in _rows(await server.maybe("/api/v0/models"), "data") or ()):
        return Dialect.LM_STUDIO
    return Dialect.OTHER


# --- What each says ---------------------------------------------------------------------------


async def _read_llama_cpp(server: "_Asked", listed: list[Json], dialect: Dialect, model: str) -> LocalServer:
    if len(listed) == 1:      # then it takes calls by whatever name: people need not read its folders
        listed, model = [{**listed[0], "id": _file(listed[0].get("id"))}], _file(model)
    row = _chosen(server, dialect, listed, model, loaded={
        str(row.get("id")) for row in listed if _object(row.get("status")).get("value") == "loaded"
    })
    properties, _header = await server.get("/props", is_needed=False)
    settings = _object(properties.get("default_generation_settings"))
    slots = _number(properties.get("total_slots"))
    found = LocalServer(server.base_url, dialect, _short(server, row["id"])).with_context(
        _number(settings.get("n_ctx")), _number(_object(row.get("meta")).get("n_ctx")))
    return found if slots is None else replace(found, slots=slots, tells_slots=True)


async def _read_ollama(server: "_Asked", listed: list[Json], dialect: Dialect, model: str) -> LocalServer:
    running = _rows(await server.maybe("/api/ps"), "models") or []
    contexts = {str(row.get("model", row.get("name"))): _number(row.get("context_length")) for row in running}
    row = _chosen(server, dialect, listed, model, loaded=contexts.keys())
    name = _short(server, row["id"])
    shown = await server.maybe("/api/show", {"model": name})
    about = _object(shown.get("model_info"))
    longest = _number(about.get(f"{about.get('general.architecture')}.context_length"))
    set_ = _NUM_CTX.search(str(shown.get("parameters", "")))
    return LocalServer(server.base_url, dialect, name).with_context(
        contexts.get(name), _number(int(set_[1])) if set_ else None).within(longest)


async def _read_vllm(server: "_Asked", listed: list[Json], dialect: Dialect, model: str) -> LocalServer:
    row = _chosen(server, dialect, listed, model)
    return LocalServer(
        server.base_url, dialect, _short(server, row["id"]), slots=USUAL_SLOTS[dialect],
    ).with_context(_number(row.get("max_model_len")))


async def _read_lm_studio(server: "_Asked", listed: list[Json], dialect: Dialect, model: str) -> LocalServer:
    rows = _rows(await server.maybe("/api/v0/models"), "data") or listed
    row = _chosen(
        server, dialect, [row for row in rows if row.get("type") != "embeddings"], model,
        loaded={str(row.get("id")) for row in rows if row.get("state") == "loaded"})
    return LocalServer(server.base_url, dialect, _short(server, row["id"])).with_context(
        _number(row.get("loaded_context_length"))).within(_number(row.get("max_context_length")))


async def _read_other(server: "_Asked", listed: list[Json], dialect: Dialect, model: str) -> LocalServer:
    row = _chosen(server, dialect, listed, model)
    return LocalServer(server.base_url, dialect, _short(server, row["id"])).with_context(
        _number(row.get("max_model_len")))


_READERS = {
    Dialect.LLAMA_CPP: _read_llama_cpp, Dialect.OLLAMA: _read_ollama, Dialect.VLLM: _read_vllm,
    Dialect.LM_STUDIO: _read_lm_studio,
}


def _chosen(
    server: "_Asked", dialect: Dialect, rows: list[Json], model: str, loaded: Iterable[str] = ()
) -> Json:
    """The row of `model`; without one that of the only model, or of the first that is loaded."""
    named = {
        row["id"]: row for row in rows
        if isinstance(row.get("id"), str) and is_plain_line(row["id"])
    }
    title = f"{TITLES[dialect]} at {server.base_url}" if dialect in LOCAL else server.base_url
    if not named:
        raise NoLocalModel(f"{title} has no model. Load one, then try again.")
    if model:
        found = named.get(model) or named.get(f"{model}:latest")
        if found is None:
            raise NoLocalModel(f"{title} has no model {model[:LONGEST_NAME]}. It has: {_names(named)}.")
        return found
    if len(named) == 1:
        return next(iter(named.values()))
    at_work = set(loaded)
    first = next((row for name, row in named.items() if name in at_work), None)
    if first is None:
        raise NoLocalModel(f"{title} has several models: choose one of {_names(named)}.")
    return first


def _names(named: Iterable[str]) -> str:
    names = [name[:LONGEST_NAME] for name in named]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _file(name: Any) -> str:     # Any: JSON
    """The name of a model without the folders of its file."""
    return re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""


def _short(server: "_Asked", name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise NoLocalModel(
            f"The name of the model at {server.base_url} has more than {LONGEST_NAME} characters. Give it a shorter "
            "one in the server.")
    return name


# --- One request ------------------------------------------------------------------------------


class _Asked:
    """The server as it is asked; its own addresses lie beside /v1."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, *, has_key: bool, proxy: str | None = None
    ) -> None:
        self._session, self.base_url, self._has_key, self._proxy = session, base_url, has_key, proxy

    async def get(self, path: str, *, is_needed: bool = True) -> tuple[Json, str]:
        """The object at `path` and the server's name for itself.  What is not needed may be missing, and is empty
        then; a refused key and a model that still loads are told always."""
        status, header, body = await self.exchange(self._beside(path))
        if status in {401, 403}:
            raise NoLocalModel(
                f"{self.base_url} refuses the key." if self._has_key else
                f"{self.base_url} wants a key: set PROVIDER_KEY_<NAME> in the environment, and give its name.")
        said = _parsed(body)
        if status == 503 and "loading" in str(_object(said.get("error")).get("message", said.get("error"))).lower():
            raise NoLocalModel(f"{self.base_url} is still loading its model: try again when it is loaded.")
        if not is_needed:
            return said if status == 200 else {}, header
        if 300 <= status < 400:
            raise NoLocalModel(
                f"{self.base_url} answers with a redirect, which is not followed: give the address it leads to.")
        if status != 200:
            raise NoLocalModel(
                f"{self.base_url}/models answers with {status}: no server that speaks OpenAI's dialect is there, or "
                "it is not well.")
        return said, header

    async def maybe(self, path: str, sent: Json | None = None) -> Json:
        """The object at `path`; empty if there is none."""
        try:
            status, _header, body = await self.exchange(self._beside(path), sent)
        except NoLocalModel:
            return {}
        return _parsed(body) if status == 200 else {}

    def _beside(self, path: str) -> str:
        return self.base_url.removesuffix("/v1") + path

    async def exchange(
        self, url: str, sent: Json | None = None, most_bytes: int = MAX_BODY_BYTES
    ) -> tuple[int, str, bytes]:
        """Status, the server's name, and the body."""
        where = self.base_url
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._session.request(
                    "GET" if sent is None else "POST", url, json=sent, allow_redirects=False, proxy=self._proxy,
                ) as response,
            ):
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > most_bytes:
                        raise NoLocalModel(
                            f"{where} answers with more than a list of models: over {most_bytes // 1_000_000} MB.")
                return response.status, response.headers.get("Server", ""), bytes(body)
        except sockets.Forbidden as problem:
            raise NoLocalModel(f"{where} is not asked: {problem}") from None
        except TimeoutError:
            raise NoLocalModel(f"{where} did not answer within {TIMEOUT_S:g} s.") from None
        except aiohttp.InvalidURL:
            raise NoLocalModel(f"{where} is no address of a server.") from None
        except aiohttp.ClientConnectorCertificateError:
            raise NoLocalModel(f"{where} has a certificate that is not valid.") from None
        except aiohttp.ClientConnectorSSLError:
            raise NoLocalModel(f"{where} does not speak TLS: try http:// instead of https://.") from None
        except aiohttp.ClientConnectorError as error:
            raise NoLocalModel(f"{where} cannot be reached: {_kind_of(error.os_error)}. Does it run?") from None
        except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
            raise NoLocalModel(f"{where} does not speak HTTP.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoLocalModel(f"{where} cannot be asked: {_kind_of(error)}.") from None


def _session(base_url: str, key: str, hosts: NamedHosts) -> aiohttp.ClientSession:
    headers = {"User-Agent": "coursewright", "Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        connector = sockets.connector(base_url, hosts)
    except sockets.Forbidden as problem:
        raise NoLocalModel(f"{base_url} is not asked: {problem}") from None
    return aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
        headers={**headers, **({"Authorization": f"Bearer {key}"} if key else {})},
    )


async def _models_at(base_url: str, key: str, hosts: NamedHosts) -> Listing:
    async with _session(base_url, key, hosts) as session:
        server = _Asked(session, base_url, has_key=bool(key), proxy=sockets.proxy_of(base_url, hosts))
        status, _header, body = await server.exchange(f"{base_url}/models", most_bytes=MOST_LISTED_BYTES)
    rows = _rows(_parsed(body), "data") if status == 200 else None
    return Listing(status, None if rows is None else tuple(str(row.get("id")) for row in rows))


def _kind_of(error: BaseException) -> str:
    """What kind of trouble, without the words of others."""
    match error:
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "connection refused"
        case OSError(strerror=str(text)) if text:
            return text[:60]
        case _:
            return type(error).__name__


# --- Values of strangers ----------------------------------------------------------------------


def _parsed(body: bytes) -> Json:
    """The object that `body` is; empty if it is none."""
    try:
        return _object(bounded_json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(value: Any) -> Json:     # Any: JSON
    return value if isinstance(value, dict) else {}


def _rows(said: Json, name: str) -> list[Json] | None:
    """The objects under `name`; None if no list is there.  Ollama without a model says null."""
    if name not in said:
        return None
    value = said[name]
    if value is None:
        return []
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else None


def _number(value: Any) -> int | None:     # Any: JSON
    is_count = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_NUMBER
    return value if is_count else None
