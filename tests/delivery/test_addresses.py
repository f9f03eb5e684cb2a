"""Which URLs and IP addresses are called, by table."""

import ipaddress

import pytest

from generation.core.addresses import Whereabouts, place_of
from generation.delivery.addresses import Reach, may_connect, problem_with

LOOPBACK = Reach(allows_loopback=True)

REFUSED = [
    # not https, or nothing that is called at all
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com:443/_x", "//example.com/",
    "example.com", "https://", "https:///path", "", "javascript:alert(1)", "data:text/plain,x", "unix:/run/x.sock",
    # ports
    "https://example.com:22/", "https://example.com:80/", "https://example.com:6379/", "https://example.com:0/",
    "https://example.com:99999/", "https://example.com:-1/", "https://example.com:4 43/",
    # user names
    "https://user@example.com/", "https://user:pw@example.com/", "https://@example.com/", "https://example.com@127.0.0.1/",
    # this machine and its neighbours, as they are usually written
    "https://127.0.0.1/", "https://127.8.9.1/", "https://10.0.0.1/", "https://172.16.3.4/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/", "https://255.255.255.255/",
    "https://224.0.0.1/", "https://240.0.0.1/", "https://192.0.2.1/", "https://198.18.0.1/", "https://192.0.0.8/",
    "https://[::1]/", "https://[::]/", "https://[fc00::1]/", "https://[fd12::1]/", "https://[fe80::1]/",
    "https://[ff02::1]/", "https://[2001:db8::1]/",
    # ... and as they are written to slip through
    "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://127.1./", "https://0/", "https://0x/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:169.254.169.254]/", "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::169.254.169.254]/",
    "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://[::1%25lo]/",
    # characters that two parsers may see in two ways
    "https://example.com\\@127.0.0.1/", "https://exam ple.com/", "https://example.com/\r\nX-Evil: 1", "https://①②⑦.⓪.⓪.①/",
    "https://exämple.com/", "https://example。com/", "https://example.com/\x00", "https://example.com/" + "x" * 2_000,
]
ACCEPTED = [
    "https://example.com", "https://example.com/hook?token=a%2Fb", "https://example.com:443/", "https://example.com:8443/x",
    "https://xn--exmple-cua.com/", "https://8.8.8.8/", "https://[2606:4700::1111]/", "https://localhost.example.com/",
    "HTTPS://EXAMPLE.COM/", "https://1password.com/", "https://example.com./",
]


@pytest.mark.parametrize("url", REFUSED, ids=ascii)
def test_refused_with_a_reason(url):
    assert problem_with(url)


@pytest.mark.parametrize("url", ACCEPTED)
def test_accepted(url):
    assert problem_with(url) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost:9/", "http://[::1]:8000/"])
def test_loopback_only_where_it_is_allowed(url):
    assert problem_with(url)
    assert problem_with(url, LOOPBACK) is None


@pytest.mark.parametrize("url", [
    "http://127.1:8000/", "http://u@127.0.0.1/", "https://127.0.0.1/", "http://10.0.0.1/", "http://example.com/",
    "http://0.0.0.0:8000/", "http://127.0.0.2/",
])
def test_allowing_loopback_allows_nothing_else(url):
    assert problem_with(url, LOOPBACK)


@pytest.mark.parametrize("network", [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::1/128", "::/128", "fc00::/7", "fe80::/10", "ff00::/8", "2001:db8::/32", "2002::/16", "64:ff9b::/96", "::/96",
    "192.0.0.0/24", "192.88.99.0/24", "2001::/32", "3fff::/20",
    "::ffff:10.0.0.0/104", "::ffff:127.0.0.0/104", "fec0::/10",
])
def test_first_and_last_address_of_every_special_network_is_private(network):
    found = ipaddress.ip_network(network)

    assert place_of(found[0]) is not Whereabouts.PUBLIC
    assert place_of(found[-1]) is not Whereabouts.PUBLIC


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_public(address):
    assert place_of(ipaddress.ip_address(address)) is Whereabouts.PUBLIC


@pytest.mark.parametrize(("ip", "reach", "is_loopback_call", "may"), [
    ("8.8.8.8", Reach(), False, True),
    ("127.0.0.1", Reach(), False, False),
    ("127.0.0.1", LOOPBACK, False, False),      # a name of the Internet that leads here
    ("127.0.0.1", LOOPBACK, True, True),
    ("8.8.8.8", LOOPBACK, True, False),         # `localhost` that leads elsewhere
    ("127.0.0.1", Reach(), True, False),
    ("/run/x.sock", Reach(), False, False),
])
def test_last_word_before_the_socket(ip, reach, is_loopback_call, may):
    assert may_connect(ip, reach, is_loopback_call=is_loopback_call) is may
