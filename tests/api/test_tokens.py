"""API tokens: what opens the door is in nobody's hands but the caller's."""

import base64
import datetime as dt
import hashlib
import secrets

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, create_token, user_of_token
from generation.models import clock
from tests.api.calls import Caller, problem

pytestmark = pytest.mark.django_db


def test_token_is_long_random_and_found_by_its_hash(ann):
    made = [create_token(ann, f"laptop {n}") for n in range(50)]
    bare = [secret.removeprefix("cw_") for _token, secret in made]
    assert len(set(bare)) == 50
    assert {len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in bare} == {32}
    token, secret = made[7]
    assert token.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    with CaptureQueriesContext(connection) as asked:
        assert user_of_token(secret) == ann
    assert '"sha256" = ' in asked[0]["sql"], "no comparison of ours, so none that takes longer the more is right"
    assert not [query for query in asked if secret in query["sql"]]


def test_nothing_in_the_row_opens_the_door(ann):
    token, secret = create_token(ann, "laptop")
    stored = [str(value) for value in ApiToken.objects.filter(pk=token.pk).values().get().values()]
    assert [value for value in stored if user_of_token(value) is not None] == []
    assert user_of_token(secret[:-1]) is None
    assert user_of_token(secret.swapcase()) is None


def test_expired_token_is_refused_to_the_second(ann, ann_api):
    for ends_in, status in ((-1, 401), (60, 200), (-60, 401)):
        ann.api_tokens.update(expires_at=clock.now() + dt.timedelta(seconds=ends_in))
        assert ann_api.send("GET", "/me").status_code == status
    problem(ann_api.send("GET", "/me"), 401, "unauthenticated")


def test_token_outlives_the_process_that_made_it(ann, ann_api, settings):
    """Nothing that a process makes at its start goes into it: neither a key nor a salt."""
    settings.SECRET_KEY = secrets.token_urlsafe(60)
    assert Caller(None, **{"HTTP_AUTHORIZATION": f"Bearer {ann_api.secret}"}).send("GET", "/me").status_code == 200
