"""Courtesy limits of the HTTP edge: per user at the API, per address where people sign in."""

import http.client
import secrets
from collections import Counter

import pytest
from django.conf import settings as real_settings
from django.core.cache import caches
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisIsAway

from accounts import edge
from accounts.edge import client_address
from tests.api.calls import Caller, problem
from tests.api.wire import serving
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings):
    settings.RATELIMIT_ENABLE = True
    settings.API_RATE, settings.SIGN_IN_RATE = "3/d", "3/d"
    settings.RATELIMIT_CACHE_PREFIX = secrets.token_hex(4)      # nobody was counted under it yet


def test_user_who_asks_too_often_waits_and_others_do_not(ann, ann_api, cy_api):
    other_token = Caller(ann)
    assert [ann_api.send("GET", "/me").status_code for _ in range(3)] == [200] * 3
    for caller in (ann_api, other_token):
        response = caller.send("GET", "/me")
        problem(response, 429, "throttled")
        assert 0 < int(response["Retry-After"]) <= 86_400
    assert cy_api.send("GET", "/me").status_code == 200


def test_session_counts_like_a_token(ann, ann_api):
    client = Client()
    client.force_login(ann)
    codes = [client.get("/api/v1/me").status_code for _ in range(2)]
    codes += [ann_api.send("GET", "/me").status_code for _ in range(2)]
    assert codes == [200, 200, 200, 429]


def test_spoofed_addresses_do_not_help(client):
    codes = [
        client.post("/admin/login/", {"username": "x", "password": "y"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
        for n in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]
    assert client.get("/admin/login/").status_code == 200


def test_behind_a_proxy_each_address_counts_for_itself(client, settings):
    settings.TRUSTED_PROXIES = 1

    def attempt(forwarded: str) -> int:
        return client.post("/admin/login/", {}, HTTP_X_FORWARDED_FOR=forwarded).status_code

    assert [attempt(f"10.0.0.{n}, 192.0.2.1") for n in range(4)] == [200, 200, 200, 429]
    assert attempt("192.0.2.1, 192.0.2.2") == 200


@pytest.mark.parametrize(("hops", "forwarded", "remote", "address"), [
    (0, "192.0.2.9", "192.0.2.1", "192.0.2.1"),
    (1, "10.0.0.1, 192.0.2.9", "127.0.0.1", "192.0.2.9"),
    (2, "10.0.0.1, 192.0.2.9, 192.0.2.8", "127.0.0.1", "192.0.2.9"),
    (2, "192.0.2.9", "127.0.0.1", "127.0.0.1"),              # fewer entries than proxies: not through ours
    (1, "", "127.0.0.1", "127.0.0.1"),
    (1, "nonsense", "127.0.0.1", "unknown"),
    (1, "203.0.113.7:50007", "127.0.0.1", "203.0.113.7"),
    (1, "10.0.0.1:1,  203.0.113.7:50007 ", "127.0.0.1", "203.0.113.7"),
    (1, "[2001:db8:1:2::1]:443", "::1", "2001:db8:1:2::/64"),
    (1, "[2001:db8:1:2::1]", "::1", "2001:db8:1:2::/64"),
    (1, '"[2001:db8:1:2::1]:443"', "::1", "2001:db8:1:2::/64"),
    (1, '"203.0.113.7:50007"', "::1", "203.0.113.7"),
    (1, "[::ffff:203.0.113.7]:443", "::1", "203.0.113.7"),
    (1, "fe80::1%eth0", "::1", "fe80::/64"),
    (1, "[fe80::1%25eth0]:80", "::1", "fe80::/64"),
    (0, "", "fe80::1%2", "fe80::/64"),
    (1, "203.0.113.7, , ", "127.0.0.1", "203.0.113.7"),
    (2, "203.0.113.7:1, , 10.0.0.1:2", "127.0.0.1", "203.0.113.7"),
    (2, ", 203.0.113.7", "127.0.0.1", "127.0.0.1"),
    (0, "203.0.113.7:50007", "192.0.2.1", "192.0.2.1"),
    *[(1, f"192.0.2.7, {garbage}", "127.0.0.1", "unknown") for garbage in (
        "203.0.113.7:", "203.0.113.7:x", "203.0.113.7:500000", "203.0.113", "203.0.113.7:1:2", "[203.0.113.7",
        "[2001:db8::1]x", "[]", "[]:1", "unknown", "_hidden", "for=203.0.113.7", "2001:db8::zz", '"203.0.113.7',
        "203.0.113.7 10.0.0.1", "\u0662\u0660\u0663.0.113.7", "%", ":", "1" * 5_000, ":" * 5_000,
    )],
    (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    (1, "2001:db8:1:2:ffff::1", "::1", "2001:db8:1:2::/64"),
    (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
    (0, "", "", "unknown"),
])
def test_address_is_what_the_trusted_proxy_saw(settings, hops, forwarded, remote, address):
    settings.TRUSTED_PROXIES = hops
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_each_client_behind_a_proxy_that_tells_ports_is_its_own(client, settings):
    """And one client is one, whatever its port."""
    settings.TRUSTED_PROXIES = 1

    def attempt(forwarded: str) -> int:
        return client.post("/admin/login/", {}, HTTP_X_FORWARDED_FOR=forwarded).status_code

    assert {attempt(f"203.0.113.{n}:5{n:04}") for n in range(1, 45)} == {200}
    assert [attempt(f"198.51.100.1:5000{n}") for n in range(4)] == [200, 200, 200, 429]
    assert [attempt(f"[2001:db8:1:2::{n}]:5000{n}") for n in range(4)] == [200, 200, 200, 429]


def test_header_counts_for_nothing_without_a_proxy_of_ours(settings, transactional_db):
    """Over a real server on this machine, whose own reading of the header is off."""
    settings.TRUSTED_PROXIES = 0
    with serving() as port:
        codes = []
        for n in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
            connection.request("POST", "/admin/login/", headers={
                "X-Forwarded-For": f"203.0.113.{n}", "Content-Length": "0",
                "Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32,
            })
            codes.append(connection.getresponse().status)
            connection.close()
    assert codes[-2:] == [429, 429]


def test_without_redis_nobody_is_refused(ann_api, monkeypatch):
    def away(*_args, **_kwargs):
        raise RedisIsAway("refused")

    monkeypatch.setattr(edge, "get_usage", away)
    assert [ann_api.send("GET", "/me").status_code for _ in range(5)] == [200] * 5


@pytest.mark.skipif(not real_settings.CELERY_BROKER_URL.startswith("redis"), reason="no Redis in this profile")
def test_redis_that_has_lost_its_counters_counts_anew_and_refuses_nobody_for_it(ann_api, settings):
    settings.API_RATE = "2/h"
    redis = caches["default"]._cache.get_client()
    for _ in range(2):
        assert [ann_api.send("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]
        [counter] = redis.scan_iter(f"*{settings.RATELIMIT_CACHE_PREFIX}*")
        assert 0 < redis.ttl(counter) <= 3_605
        redis.delete(counter)


def test_two_hundred_spoofed_addresses_are_one_client(ann, settings, unhurried):
    """Ten at the same moment, as the database's pool has connections: more threads of one process would wait for
    each other, which is refused as a busy database is, and counts for nobody."""
    settings.SIGN_IN_RATE = "50/d"

    def sign_in(number: int) -> int:
        spoofed = f"10.0.{number}.1"
        return Client().post("/admin/login/", {"username": "x"}, HTTP_X_FORWARDED_FOR=spoofed).status_code

    waves = at_once(*(lambda n=n: [sign_in(n + 10 * turn) for turn in range(20)] for n in range(10)))
    assert Counter(code for codes in waves for code in codes) == {200: 50, 429: 150}


def test_addresses_of_one_customer_count_together_and_those_of_another_do_not(client):
    def attempt(address: str) -> int:
        return client.post("/admin/login/", {}, REMOTE_ADDR=address).status_code

    assert [attempt(f"2001:db8:1:2::{n}") for n in range(1, 5)] == [200, 200, 200, 429]
    assert attempt("2001:db8:1:3::1") == 200
