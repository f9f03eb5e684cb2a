"""What differs between servers that speak OpenAI's dialect: which fields they know, and how JSON is asked of them.

A preset says what is known beforehand.  What a server refuses by name is left out from then on: the route keeps
the names (`Learned`), and the next request is written without them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

# Names of what a request may carry and a server may refuse.
STORE, CACHE_KEY = "store", "prompt_cache_key"
NEW_CAP, OLD_CAP = "max_completion_tokens", "max_tokens"
STRICT, BOUNDS, LENGTHS = "strict", "bounds", "lengths"      # bounds of any sort; those of strings alone
JSON_SCHEMA, JSON_OBJECT = "json_schema", "json_object"
STREAM, STREAM_OPTIONS = "stream", "stream_options"
ROLES = "roles"      # a system message, or two messages of one role in a row
NAMES = frozenset({
    STORE, CACHE_KEY, NEW_CAP, OLD_CAP, STRICT, BOUNDS, LENGTHS, JSON_SCHEMA, JSON_OBJECT, STREAM, STREAM_OPTIONS,
    ROLES,
})
# A second refusal is answered with all of these left out: who knows none of them would name them one by one.  The cap
# is not among them: without the name that its server knows, nothing would end a reply.
OPENAIS_OWN = frozenset({STORE, CACHE_KEY, STRICT})


class Dialect(StrEnum):
    """Whose dialect a route speaks.  AUTOMATIC: what its address says; for an unknown address all of OpenAI's, and
    what is refused by name is left out."""

    AUTOMATIC = ""
    OPENAI = "openai"
    AZURE = "azure"
    GEMINI = "gemini"
    MISTRAL = "mistral"
    GROQ = "groq"
    OPENROUTER = "openrouter"
    VLLM = "vllm"
    OLLAMA = "ollama"
    LLAMA_CPP = "llama_cpp"
    LM_STUDIO = "lm_studio"
    OTHER = "other"


TITLES: Mapping[Dialect, str] = {
    Dialect.AUTOMATIC: "Automatic: by the address", Dialect.OPENAI: "OpenAI", Dialect.AZURE: "Azure OpenAI",
    Dialect.GEMINI: "Gemini", Dialect.MISTRAL: "Mistral", Dialect.GROQ: "Groq", Dialect.OPENROUTER: "OpenRouter",
    Dialect.VLLM: "vLLM", Dialect.OLLAMA: "Ollama", Dialect.LLAMA_CPP: "llama.cpp", Dialect.LM_STUDIO: "LM Studio",
    Dialect.OTHER: "Other: only what every server knows",
}
LOCAL = frozenset({Dialect.VLLM, Dialect.OLLAMA, Dialect.LLAMA_CPP, Dialect.LM_STUDIO})

# From each provider's reference of POST /chat/completions.
UNKNOWN_TO: Mapping[Dialect, frozenset[str]] = {
    Dialect.GEMINI: frozenset({STORE, CACHE_KEY}),
    Dialect.MISTRAL: frozenset({STORE, CACHE_KEY, NEW_CAP}),
    Dialect.GROQ: frozenset({STORE, CACHE_KEY}),
    Dialect.OPENROUTER: frozenset({STORE, NEW_CAP}),
    **dict.fromkeys((*LOCAL, Dialect.OTHER), frozenset({STORE, CACHE_KEY, NEW_CAP})),
}
_HOSTS: tuple[tuple[str, Dialect], ...] = (
    ("api.openai.com", Dialect.OPENAI), ("openai.azure.com", Dialect.AZURE),
    ("cognitiveservices.azure.com", Dialect.AZURE), ("services.ai.azure.com", Dialect.AZURE),
    ("googleapis.com", Dialect.GEMINI), ("api.mistral.ai", Dialect.MISTRAL), ("api.groq.com", Dialect.GROQ),
    ("openrouter.ai", Dialect.OPENROUTER),
    # Known to refuse what is OpenAI's alone.
    *((host, Dialect.OTHER) for host in (
        "api.deepseek.com", "api.together.xyz", "api.together.ai", "api.fireworks.ai", "api.cerebras.ai",
        "integrate.api.nvidia.com", "api.x.ai", "api.perplexity.ai", "api.cohere.ai", "api.cohere.com",
        "api.anthropic.com", "api.moonshot.ai", "api.moonshot.cn", "dashscope.aliyuncs.com",
        "dashscope-intl.aliyuncs.com", "open.bigmodel.cn", "api.z.ai", "api.sambanova.ai", "api.deepinfra.com",
    )),
)
_PORTS: Mapping[int, Dialect] = {11434: Dialect.OLLAMA, 1234: Dialect.LM_STUDIO}      # their defaults


def dialect_at(host: str, port: int | None) -> Dialect:
    """Whose dialect is spoken at an address, as far as its host and port tell; AUTOMATIC if they do not."""
    for known, dialect in _HOSTS:
        if host.lower() == known or host.lower().endswith(f".{known}"):
            return dialect
    return _PORTS.get(port or 0, Dialect.AUTOMATIC)


class JsonForm(StrEnum):
    """How JSON is asked for.  Without a schema in the request it stands in the prompt, and the checks do the rest."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PROMPT = "prompt"


class Streaming(StrEnum):
    AUTOMATIC = ""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True)
class Learned:
    """What an answer taught about a server: names that it refuses, and limits that it stated.

    Kept on the route, so nobody runs into it a second time."""

    refused: frozenset[str] = frozenset()
    context_tokens: int | None = None
    output_tokens: int | None = None

    def __bool__(self) -> bool:
        return bool(self.refused or self.context_tokens or self.output_tokens)

    def adding(self, more: "Learned") -> "Learned":
        """Both.  Of two limits the smaller holds."""
        return Learned(
            self.refused | more.refused & NAMES, _smaller(self.context_tokens, more.context_tokens),
            _smaller(self.output_tokens, more.output_tokens),
        )

    def as_json(self) -> dict[str, object]:
        stated: dict[str, object] = {"refused": sorted(self.refused)} if self.refused else {}
        for name in ("context_tokens", "output_tokens"):
            if getattr(self, name) is not None:
                stated[name] = getattr(self, name)
        return stated

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Learned":
        refused, context, output = (stored.get(name) for name in ("refused", "context_tokens", "output_tokens"))
        return cls(
            frozenset(refused) & NAMES if isinstance(refused, list) else frozenset(),
            context if isinstance(context, int) else None, output if isinstance(output, int) else None,
        )

    def __str__(self) -> str:
        """For people: `without store; context of 8,192 tokens`."""
        parts = [f"without {', '.join(sorted(self.refused))}"] if self.refused else []
        if self.context_tokens:
            parts.append(f"a context of {self.context_tokens:,} tokens")
        if self.output_tokens:
            parts.append(f"at most {self.output_tokens:,} output tokens")
        return "; ".join(parts)


NOTHING_LEARNED = Learned()


@dataclass(frozen=True)
class Wire:
    """How the requests of one route are written.  `left_out` are the names that its server does not know."""

    left_out: frozenset[str] = frozenset()
    streams: bool = False
    api_key_header: bool = False      # Azure takes its keys there, too
    silence_s: float | None = None    # without a byte for so long, a stream is given up

    @property
    def cap(self) -> str:
        """The name of the field that limits the reply; empty if the server takes neither."""
        return next((name for name in (NEW_CAP, OLD_CAP) if name not in self.left_out), "")

    @property
    def form(self) -> JsonForm:
        if JSON_SCHEMA not in self.left_out:
            return JsonForm.SCHEMA
        return JsonForm.OBJECT if JSON_OBJECT not in self.left_out else JsonForm.PROMPT

    def sends(self, name: str) -> bool:
        """Whether a request says `name`."""
        match name:
            case "max_completion_tokens" | "max_tokens":
                return self.cap == name
            case "json_schema" | "json_object":
                return self.form == name
            case "strict" | "bounds":
                return self.form is JsonForm.SCHEMA and name not in self.left_out
            case "lengths":
                return self.sends(BOUNDS) and LENGTHS not in self.left_out
            case "stream":
                return self.streams and STREAM not in self.left_out
            case "stream_options":
                return self.sends(STREAM) and STREAM_OPTIONS not in self.left_out
            case _:
                return name not in self.left_out

    def news_in(self, refused: Iterable[str]) -> frozenset[str]:
        """What to leave out besides, because `refused` was: empty if no request said any of it."""
        news = frozenset(name for name in refused if name in NAMES and self.sends(name))
        if news & (OPENAIS_OWN | {NEW_CAP}) and self.left_out & (OPENAIS_OWN | {NEW_CAP}):
            news |= frozenset(name for name in OPENAIS_OWN if self.sends(name))
        return news

    def without(self, names: Iterable[str]) -> "Wire":
        return replace(self, left_out=self.left_out | frozenset(names))


USUAL = Wire()      # all of OpenAI's, in one piece


@dataclass(frozen=True)
class WireTerms:
    """How a route was asked, by one call: what a lesson is measured against."""

    base_url: str
    model: str
    wire: Wire
    context_tokens: int
    max_output_tokens: int

    def news_in(self, lesson: Learned) -> Learned:
        """What of `lesson` changes how the route is asked next; false if nothing does."""
        return Learned(
            self.wire.news_in(lesson.refused),
            lesson.context_tokens if (lesson.context_tokens or self.context_tokens) < self.context_tokens else None,
            lesson.output_tokens if (lesson.output_tokens or self.max_output_tokens) < self.max_output_tokens else None,
        )


def wire_of(
    spoken: Dialect, lesson: Learned = NOTHING_LEARNED, *, streaming: Streaming = Streaming.AUTOMATIC,
    left_out: Iterable[str] = (), silence_s: float | None = None,
) -> Wire:
    """The wire of a route; `left_out` is what its settings say besides preset and lesson."""
    streams = spoken in LOCAL if streaming is Streaming.AUTOMATIC else streaming is Streaming.ON
    unknown = UNKNOWN_TO.get(spoken, frozenset())
    if OLD_CAP in lesson.refused and NEW_CAP not in lesson.refused:
        unknown -= {NEW_CAP}      # it was refused the old name, so it knows the new one, whatever the preset says
    return Wire(
        unknown | lesson.refused | frozenset(left_out), streams,
        api_key_header=spoken is Dialect.AZURE, silence_s=silence_s,
    )


def _smaller(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value), default=None)
