"""Which route makes what.  Prices are micro-dollars for a million tokens; the need is 2,000 in and 1,000 out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.pricing import Prices
from generation.core.routing import Candidate, Need, SchemaSupport, Use, ranked, unable_because

UNIT = Need(kind="course", use=Use.UNIT, input_tokens=2_000, output_tokens=1_000, language="pt-BR")
CHEAP = Candidate(
    slug="cheap", order=10, strength=10, prices=Prices(400_000, 100_000, 1_600_000), max_output_tokens=16_000,
    context_tokens=64_000, schema=SchemaSupport.FULL,
)
STRONG = replace(CHEAP, slug="strong", order=20, strength=20, prices=Prices(2_500_000, 1_250_000, 10_000_000))
LONG = replace(CHEAP, slug="long", order=30, prices=Prices(800_000, 200_000, 3_200_000), context_tokens=1_000_000)
ALL = [STRONG, LONG, CHEAP]


def first(candidates, need=UNIT, **more) -> str | None:
    found = ranked(candidates, need, **more)
    return found[0].slug if found else None


@pytest.mark.parametrize(("changes", "need", "expected"), [
    ({}, {}, "cheap"),
    ({"is_well": False}, {}, "long"),                                     # well before cheap
    ({"schema": SchemaSupport.SHAPE}, {}, "cheap"),                        # its server is told the shape alone
    ({"schema": SchemaSupport.NONE, "prices": Prices(500_000, 0, 2_000_000)}, {}, "long"),      # asked twice as often
    ({"schema": SchemaSupport.NONE, "prices": Prices(0, 0, 0)}, {}, "cheap"),
    ({"max_output_tokens": 999}, {}, "long"),
    ({"languages": frozenset({"en", "de"})}, {}, "long"),
    ({"languages": frozenset({"en", "pt"})}, {}, "cheap"),                # pt-BR is pt
    ({"languages": frozenset({"pt-br"})}, {}, "cheap"),
    ({"languages": frozenset({"en"})}, {"language": ""}, "cheap"),
    ({}, {"input_tokens": 63_000}, "long"),
    ({}, {"longer_than": 64_000}, "long"),
    ({}, {"stronger_than": 10, "use": Use.REPAIR}, "strong"),
    ({"weights": {("course", "unit"): 0}}, {}, "long"),
    ({"weights": {("", "unit"): 0, ("course", ""): 1}}, {}, "cheap"),     # the kind's own word counts more
    ({"weights": {("course", "plan"): 0}}, {}, "cheap"),
    ({"prices": Prices(800_000, 200_000, 3_200_000)}, {}, "cheap"),       # a tie: the order that people gave
])
def test_best_route(changes, need, expected):
    assert first([STRONG, LONG, replace(CHEAP, **changes)], replace(UNIT, **need)) == expected


def test_weight_makes_a_route_count_as_cheaper_for_its_stage():
    suited = replace(STRONG, weights={("", "plan"): 10})
    assert first([CHEAP, suited], replace(UNIT, use=Use.PLAN)) == "strong"
    assert first([CHEAP, suited]) == "cheap"


def test_only_allowed_routes_are_chosen():
    assert first(ALL, is_allowed=lambda slug: slug != "cheap") == "long"
    assert first(ALL, is_allowed=lambda slug: False) is None


def test_when_none_is_well_the_cheapest_is_waited_for():
    assert first([replace(route, is_well=False) for route in ALL]) == "cheap"


def test_every_choice_says_why():
    assert ranked(ALL, UNIT)[0].why == "cheapest of 3 able routes"
    assert ranked([CHEAP], UNIT)[0].why == "the only able route"
    assert ranked([replace(CHEAP, is_well=False), STRONG], UNIT)[0].why == (
        "cheapest that answers; cheap would be cheaper and is paused")
    stronger = replace(UNIT, stronger_than=10, failed_checks=2)
    assert ranked(ALL, stronger)[0].why == "stronger, after 2 failed checks"
    assert "longer context" in ranked(ALL, replace(UNIT, longer_than=64_000))[0].why


@given(
    st.lists(st.builds(
        lambda n, price, weight, is_well: replace(
            CHEAP, slug=f"r{n}", order=n, prices=Prices(price, price, price), is_well=is_well,
            weights={("", ""): weight}),
        st.integers(0, 9), st.integers(0, 5_000_000), st.integers(0, 9), st.booleans(),
    ), unique_by=lambda route: route.slug),
)
def test_order_of_the_rows_never_matters_and_none_is_lost(routes):
    able = {route.slug for route in routes if unable_because(route, UNIT) is None}
    assert {choice.slug for choice in ranked(routes, UNIT)} == able
    assert ranked(routes, UNIT) == ranked(list(reversed(routes)), UNIT)
