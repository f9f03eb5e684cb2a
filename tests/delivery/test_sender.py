"""One POST, to where it may go and nowhere else.  A real listener on this machine notices every connection."""

import asyncio
import socket
import time
from email.utils import formatdate

import pytest

from generation.delivery import Reach, Sender, Verdict
from generation.delivery import sender as module

LOOPBACK = Reach(allows_loopback=True)


def post(sender, url, body=b"{}", headers=None):
    return asyncio.run(sender.post(url, body, headers or {}))


def answering(*answers):
    """A name server that gives one list of addresses after the other."""
    waiting = list(answers)
    asked = []

    async def resolve(host, port):
        asked.append(host)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    resolve.asked = asked
    return resolve


@pytest.fixture
def sockets(monkeypatch):
    """Every socket that the sender's connector is given."""
    opened = []
    real = socket.socket

    class Watched(real):
        def connect(self, address):
            opened.append(address)
            return super().connect(address)

    monkeypatch.setattr(module.socket, "socket", Watched)
    return opened


@pytest.mark.parametrize("answers", [
    ["127.0.0.1"], ["::1"], ["10.0.0.7"], ["169.254.169.254"], ["100.64.0.1"], ["::ffff:127.0.0.1"],
    ["::ffff:169.254.169.254"], ["0.0.0.0"], ["224.0.0.1"], ["64:ff9b::7f00:1"], ["fe80::1"],
    ["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["2606:4700::1111", "::1"],
], ids=str)
def test_name_that_leads_inside_opens_no_socket(answers, receiver, sockets):
    """Also when only one of several answers does."""
    receipt = post(Sender(resolve=answering(answers)), "https://hooks.example.com/")

    assert receipt.verdict is Verdict.FORBIDDEN
    assert sockets == []
    assert receiver.connections == 0


def test_public_then_private_is_asked_once(sockets, monkeypatch):
    """Rebinding: what was judged is what is called; there is no second look-up in between."""
    resolve = answering(["93.184.215.14"], ["127.0.0.1"])
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)

    receipt = post(Sender(resolve=resolve, timeout_s=0.2), "https://rebind.example.com/")

    assert resolve.asked == ["rebind.example.com"]
    assert receipt.verdict in {Verdict.TIMEOUT, Verdict.UNREACHABLE}
    assert not any(str(address[0]).startswith("127.") for address in sockets)


@pytest.mark.parametrize("url", [
    "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://127.0.0.1:{port}/", "http://127.0.0.1:{port}/", "http://localhost:{port}/", "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/", "https://user@127.0.0.1:{port}/",
])
def test_url_that_leads_inside_is_not_even_resolved(url, receiver, sockets):
    resolve = answering(["127.0.0.1"])

    receipt = post(Sender(resolve=resolve), url.format(port=receiver.port))

    assert receipt.verdict is Verdict.FORBIDDEN
    assert (resolve.asked, sockets, receiver.connections) == ([], [], 0)


def test_last_word_is_spoken_even_if_the_url_was_let_through(receiver, sockets, monkeypatch):
    """An IP address in the URL asks no resolver; the socket's own judge still stands before it."""
    monkeypatch.setattr(module, "problem_with", lambda url, reach: None)

    receipt = post(Sender(), f"https://127.0.0.1:{receiver.port}/")

    assert receipt.verdict is Verdict.FORBIDDEN
    assert (sockets, receiver.connections) == ([], 0)


def test_redirect_is_not_followed(receiver):
    receiver.status, receiver.headers = 302, {"Location": "http://169.254.169.254/latest/meta-data/"}

    receipt = post(Sender(LOOPBACK), receiver.url)

    assert (receipt.verdict, receipt.status) == (Verdict.REFUSED, 302)
    assert receiver.connections == 1


def test_proxy_of_the_environment_is_not_used(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)

    assert post(Sender(LOOPBACK), receiver.url).is_delivered


def test_delivered_with_body_headers_and_host(receiver):
    receipt = post(Sender(LOOPBACK), receiver.url, b'{"a":1}', {"webhook-id": "msg_1"})

    [(headers, body)] = receiver.got
    assert (receipt.verdict, receipt.status, body) == (Verdict.DELIVERED, 200, b'{"a":1}')
    assert headers["webhook-id"] == "msg_1"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert "cookie" not in headers
    assert headers["user-agent"].startswith("Coursewright")


@pytest.mark.parametrize(("status", "verdict"), [
    (200, Verdict.DELIVERED), (204, Verdict.DELIVERED), (301, Verdict.REFUSED), (308, Verdict.REFUSED),
    (400, Verdict.REFUSED), (404, Verdict.REFUSED), (410, Verdict.GONE), (429, Verdict.REFUSED), (500, Verdict.REFUSED),
])
def test_status_is_all_that_matters(status, verdict, receiver):
    receiver.status, receiver.body = status, b""

    assert post(Sender(LOOPBACK), receiver.url).verdict is verdict


def test_what_it_answers_is_neither_read_nor_shown(receiver):
    receiver.status, receiver.body = 500, b"SECRET-OF-THE-INSIDE" * 500_000      # 10 MB

    receipt = post(Sender(LOOPBACK), receiver.url)

    assert "SECRET" not in repr(receipt)
    assert receipt.took_s < 2


def test_wait_that_is_asked_for_is_reported(receiver):
    receiver.status, receiver.headers = 429, {"Retry-After": "17"}

    assert post(Sender(LOOPBACK), receiver.url).retry_after_s == 17


def test_wait_until_a_date_is_reported(receiver):
    receiver.status, receiver.headers = 503, {"Retry-After": formatdate(time.time() + 300, usegmt=True)}

    assert post(Sender(LOOPBACK), receiver.url).retry_after_s == pytest.approx(300, abs=30)


@pytest.mark.parametrize(("said", "wait_s"), [
    ("Thu, 01 Jan 2026 00:00:00 +9999", None), (f"Thu, 01 Jan {'9' * 20} 00:00:00 GMT", None), ("soon", None),
    (f"Thu, 01 Jan 2026 00:00:00 +{'9' * 20}", None), ("9" * 400, 86_400), ("9" * 5_000, 86_400), ("-1", None),
    ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("1e400", None),
], ids=range(10))
def test_absurd_wait_is_no_error(receiver, said, wait_s):
    receiver.status, receiver.headers = 503, {"Retry-After": said}

    receipt = post(Sender(LOOPBACK), receiver.url)

    assert (receipt.verdict, receipt.status, receipt.retry_after_s) == (Verdict.REFUSED, 503, wait_s)


def test_slow_receiver_is_given_up(receiver):
    receiver.delay_s = 30

    receipt = post(Sender(LOOPBACK, timeout_s=0.3), receiver.url)

    assert (receipt.verdict, receipt.status) == (Verdict.TIMEOUT, None)
    assert 0.2 < receipt.took_s < 2


def test_closed_port_is_said_in_words():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    receipt = post(Sender(LOOPBACK), f"http://127.0.0.1:{port}/")

    assert receipt.verdict is Verdict.UNREACHABLE
    assert "127.0.0.1" not in receipt.sentence


def test_unknown_name_is_said_in_words():
    async def unknown(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    receipt = post(Sender(resolve=unknown), "https://nowhere.example.com/")

    assert (receipt.verdict, receipt.sentence) == (
        Verdict.UNREACHABLE, "It cannot be reached (its name is not known).")


def test_body_is_bounded():
    assert post(Sender(LOOPBACK), "http://127.0.0.1:9/", b"x" * 1_000_001).verdict is Verdict.FORBIDDEN
