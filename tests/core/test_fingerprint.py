"""Equal inputs, one digest."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.fingerprint import canonical_json, fingerprint

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: object, rng: random.Random) -> object:
    """`value` with the keys of every object in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(child, rng)) for key, child in value.items()]
        return dict(rng.sample(items, len(items)))
    if isinstance(value, list):
        return [shuffled(child, rng) for child in value]
    return value


@given(JSON, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_order_of_keys_does_not_matter(value, rng):
    assert fingerprint(value) == fingerprint(shuffled(value, rng))
    assert json.loads(canonical_json(value)) == value


@pytest.mark.parametrize(("one", "other"), [
    (([1, 2],), ([2, 1],)),
    (("ab",), ("a", "b")),
    (({"a": 1},), ({"a": "1"},)),
    (({"a": None},), ({},)),
    (("é",), ("e",)),
    (("😀",), ("😁",)),
    (("\ud800",), ("\udc00",)),
])
def test_different_values_differ(one, other):
    assert fingerprint(*one) != fingerprint(*other)


def test_digest_is_the_same_in_every_version():
    # Stored replies and idempotency keys are found by it: changing it means a migration.
    assert canonical_json({"b": "é", "a": [1, True]}) == '{"a":[1,true],"b":"é"}'
    assert fingerprint({"b": "é", "a": [1, True]}) == (
        "0366268b888c0f523e79a0444cdcf9aa8b0bd727fc0c54ceab18b5fcdf043f7b"
    )
