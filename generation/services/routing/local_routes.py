"""A route to a model server of one's own: asked what it is and has, made or brought up to date, put first.

The asking is over before the transaction begins.  What people set on such a route stays; only what the server says
replaces what it said before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Field, Min

from generation.core.addresses import base_url_problem
from generation.core.dialects import LOCAL, TITLES, Dialect
from generation.core.prompting import Kind
from generation.core.routing import ROOM, Endpoint, Need, Use, ranked, unable_because
from generation.kinds import all_kinds
from generation.llm.local_server import LocalServer, NoLocalModel, base_of, look
from generation.models import Route, RouteUse, Strategy
from generation.services.job_spec import JobSpec
from generation.services.routing import route_health
from generation.services.routing.keys import NO_KEY, key_of, named_hosts, stop_of
from generation.services.routing.selection import need_of
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

DEADLINE_S = 1_800          # a processor writes a few tokens a second
LEAST_CONTEXT = 1_024       # of a route
LEAST_OUTPUT, MOST_OUTPUT = 256, 16_000
STEP = 1_024                # advice is given in round numbers
# How a server is started with so many tokens for each of so many calls.
STARTED_WITH = {
    Dialect.LLAMA_CPP: "llama-server -c {total} -np {slots}", Dialect.OLLAMA: "OLLAMA_CONTEXT_LENGTH={context}",
    Dialect.VLLM: "vllm serve --max-model-len {context}", Dialect.LM_STUDIO: "lms load --context-length {context}",
}


@dataclass(frozen=True)
class Added:
    """What became of a route, and what the server said."""

    route: Route
    server: LocalServer
    is_new: bool
    makes: tuple[str, ...]         # the kinds whose new documents it gets
    warnings: tuple[str, ...]


def add(
    address: str, *, key_name: str = "", model: str = "", slug: str = "", dialect: Dialect = Dialect.AUTOMATIC,
    is_default: bool = True, may_change: bool = True, by: "User | None" = None,
) -> Added:
    """The route to the model server at `address`, as that describes itself.

    Raises NoLocalModel with a sentence.  Without `is_default` a new route is kept away from documents by a weight
    of 0; without `may_change` one that is there already is left alone."""
    server = look_at(address, key_name=key_name, model=model, dialect=dialect)
    if server.context_tokens < LEAST_CONTEXT:
        least = max(_tokens(need) for kind in all_kinds().values() for need in _needs(kind))
        raise NoLocalModel(
            f"{server.model} has a context of {server.context_tokens:,} tokens, in which no document can be made: "
            f"start the server with at least {_rounded(least):,} tokens{_how(server.dialect, least, server.slots)}.")
    _check("slug", slug)
    try:
        return _added(server, key_name, slug, is_default=is_default, may_change=may_change, by=by)
    except IntegrityError:      # another has added it meanwhile, under the same slug: now it is there
        return _added(server, key_name, slug, is_default=is_default, may_change=may_change, by=by)


def _added(
    server: LocalServer, key_name: str, slug: str, *, is_default: bool, may_change: bool, by: "User | None"
) -> Added:
    with transaction.atomic(durable=True):
        # In this order: who adds the same at this moment is seen below, or takes the slug from us.
        free_slug = slug or _free_slug(server.model)
        found = _existing(server, slug)
        if found is not None and not may_change:
            raise NoLocalModel(f"The route {found} leads there already, and you may not change it.")
        was = found.endpoint if found is not None else None
        if found is None:
            route = _new(server, key_name, free_slug)
            route.save()
            if not is_default:
                RouteUse.objects.create(route=route, weight=0)
        else:
            route = _brought_up_to_date(found, server, key_name)
        if is_default:
            route.uses.filter(kind="", stage="", weight=0).delete()
            _put_first(route)
        is_new, word = found is None, "added" if found is None else "asked anew"
        journal.write(
            None, "local_route", f"{route}: a local model was {word}: {described(server)}", by=by, route=route.slug,
            route_id=route.pk, context=server.context_tokens, slots=server.slots)
        route_health.note_directed(route, was, by=by)
    route.refresh_from_db()
    return Added(route, server, is_new, tuple(_makes(route)), (*shortcomings(route), *_without_provider()))


def look_at(
    address: str, *, key_name: str = "", model: str = "", dialect: Dialect = Dialect.AUTOMATIC
) -> LocalServer:
    """The server at `address`, asked with the key of that name.  NoLocalModel also for an address that no route may
    have: it is not asked."""
    base_url = base_of(address)
    if problem := base_url_problem(base_url):
        raise NoLocalModel(f"The address {problem}.")
    _check("base_url", base_url)
    _check("key_name", key_name)
    endpoint = Endpoint(base_url, key_name)
    stop, key = stop_of(endpoint), key_of(endpoint)
    if stop is not None:
        raise NoLocalModel(stop.sentence)
    assert key is not None, "nothing stops it"
    return look(base_url, key="" if key == NO_KEY else key, dialect=dialect, model=model, hosts=named_hosts())


def described(server: LocalServer) -> str:
    """`llama.cpp, a context of 8,192 tokens for each of 2 calls at once`."""
    name = TITLES[server.dialect] if server.dialect in LOCAL else "a server that does not say what it is"
    context = f"a context of {server.context_tokens:,} tokens"
    slots = f" for each of {server.slots} calls at once" if server.slots > 1 else ", one call at a time"
    return f"{name}, {context}{slots}"


def assumptions(server: LocalServer) -> Iterator[str]:
    """Sentences on what was not told."""
    if server.dialect not in LOCAL:
        yield "It does not say what it is, so it is asked with what every server knows, and nothing else."
    if not server.tells_context:
        yield (
            f"It does not say how long its context is: {server.context_tokens:,} tokens are assumed. "
            "Change the route's context length if it has another.")
    if not server.tells_slots:
        setting = {
            Dialect.OLLAMA: " (OLLAMA_NUM_PARALLEL)", Dialect.VLLM: " (--max-num-seqs)",
            Dialect.LLAMA_CPP: " (-np)",
        }.get(server.dialect, "")
        yield (
            f"It does not say how many calls it takes at once{setting}: {server.slots} "
            f"{'is' if server.slots == 1 else 'are'} assumed. Change the route's ceiling if it takes more.")


def shortcomings(route: Route) -> Iterator[str]:
    """For which kinds the router will not choose `route`, judged by their examples; a sentence for each."""
    candidate = replace(route.candidate, weights={})      # a weight keeps it away because people want that
    for kind in all_kinds().values():
        needs = _needs(kind)
        because = [why for need in needs if (why := unable_because(candidate, need))]
        if not because:
            continue
        least = max(map(_tokens, needs))
        if candidate.context_tokens < least:
            yield (
                f"{plural(kind)}: the context of {candidate.context_tokens:,} tokens is too short; start the server "
                f"with at least {_rounded(least):,} tokens{_how(route.spoken, least, route.max_in_flight)}")
        else:
            yield f"{plural(kind)}: the route {because[0]}"


def plural(kind: Kind) -> str:
    return f"{kind.title.lower()}s"


# --- parts ----------------------------------------------------------------------------------------


def _check(name: str, value: str) -> None:
    """NoLocalModel unless the column `name` takes `value`."""
    field = Route._meta.get_field(name)
    assert isinstance(field, Field), "a column"
    try:
        if value:
            field.run_validators(value)
    except ValidationError as error:
        raise NoLocalModel(f"{str(field.verbose_name).capitalize()}: {' '.join(error.messages)}") from error


def _existing(server: LocalServer, slug: str) -> Route | None:
    """The route that is meant: the one of that name, or else the one to that model."""
    rows = Route.objects.select_for_update(no_key=True)
    if not slug:
        addresses = (server.base_url, f"{server.base_url}/")
        return rows.filter(base_url__in=addresses, model=server.model).order_by("priority", "id").first()
    found = rows.filter(slug=slug).first()
    if found is not None and any((found.input_usd_micros, found.cached_input_usd_micros, found.output_usd_micros)):
        raise NoLocalModel(f"The route {slug} costs money, so it is no local one. Choose another slug.")
    return found


def _new(server: LocalServer, key_name: str, slug: str) -> Route:
    return Route(
        slug=slug, model=server.model, base_url=server.base_url, key_name=key_name,
        dialect=server.dialect.value, input_usd_micros=0, cached_input_usd_micros=0, output_usd_micros=0,
        context_tokens=server.context_tokens, max_output_tokens=_longest_reply(server.context_tokens),
        max_in_flight=server.slots, deadline_s=DEADLINE_S,
    )


def _brought_up_to_date(route: Route, server: LocalServer, key_name: str) -> Route:
    """`route` with what `server` says now."""
    says: dict[str, Any] = {      # Any: column values
        "base_url": server.base_url, "model": server.model, "dialect": server.dialect.value, "is_enabled": True,
    }
    if key_name:
        says["key_name"] = key_name
    if server.tells_slots:
        says["max_in_flight"] = server.slots
    if server.tells_context:
        # What a refusal taught of its limits may be of a time before it was started anew.
        says["learned"] = replace(route.lesson, context_tokens=None).as_json()
        if server.context_tokens != route.context_tokens:
            says |= {
                "context_tokens": server.context_tokens, "max_output_tokens": _longest_reply(server.context_tokens)}
    if (route.base_url.rstrip("/"), route.model) != (server.base_url, server.model):
        says["learned"] = {}      # it was of another server
    changed = {name: value for name, value in says.items() if getattr(route, name) != value}
    if changed:
        Route.objects.filter(pk=route.pk).update(**changed)
        route.refresh_from_db()
    return route


def _put_first(route: Route) -> None:
    """Before all others.  Of those that cost nothing, the order decides."""
    others = Route.objects.exclude(pk=route.pk)
    lowest = others.aggregate(lowest=Min("priority"))["lowest"]
    if lowest is None or route.priority < lowest:
        return
    if lowest == 0:
        others.update(priority=F("priority") + 1)
    Route.objects.filter(pk=route.pk).update(priority=max(0, lowest - 1))


def _free_slug(model: str) -> str:
    name = re.split(r"[/\\]", model)[-1].lower().removesuffix(".gguf").removesuffix(":latest")
    stem = re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:50].strip("-") or "local-model"
    taken = set(Route.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _longest_reply(context_tokens: int) -> int:
    return max(LEAST_OUTPUT, min(MOST_OUTPUT, context_tokens // 2))


def _without_provider() -> Iterator[str]:
    """Of routes that only the simulator would answer; the environment names no provider of theirs."""
    if settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL:
        return
    left = list(Route.objects.enabled().filter(base_url="").values_list("slug", flat=True))
    if left:
        yield (
            f"No provider is set for {' and '.join(left)}: where a stronger model or a fallback is asked, `up` lets "
            "the simulator answer. Disable what you do not use in the admin, under routes.")


def _makes(route: Route) -> Iterator[str]:
    """The kinds of which the router gives the units of new documents to `route`."""
    candidates = [row.candidate for row in Route.objects.enabled().prefetch_related("uses")]
    for kind in all_kinds().values():
        best = ranked(candidates, _needs(kind)[-1])
        if best and best[0].slug == route.slug:
            yield plural(kind)


def _needs(kind: Kind) -> list[Need]:
    """Of a document as in the kind's example: its plan, and a unit."""
    spec = JobSpec.understood(kind.slug, kind.example, Strategy.PARALLEL)
    return [need_of(spec, use) for use in (Use.PLAN, Use.UNIT)]


def _tokens(need: Need) -> int:
    """The context that it takes."""
    return need.input_tokens + ROOM * need.output_tokens


def _rounded(tokens: int) -> int:
    return -(-tokens // STEP) * STEP


def _how(dialect: Dialect, tokens: int, slots: int) -> str:
    """How the server gets so much context, in brackets; empty if that is not known."""
    context = _rounded(tokens)
    command = STARTED_WITH.get(dialect, "")
    return f" ({command.format(context=context, slots=slots, total=context * slots)})" if command else ""
