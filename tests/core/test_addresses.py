"""Where addresses lead: kinds of places, odd spellings, what is within what, and what the environment names."""

import ipaddress

import pytest

from generation.core.addresses import (
    NamedHosts,
    Whereabouts,
    base_url_problem,
    is_within,
    place_of,
    place_of_ip,
    read_host,
)


@pytest.mark.parametrize(("address", "place"), [
    ("8.8.8.8", "public"), ("2606:4700::1111", "public"), ("::ffff:8.8.8.8", "public"),
    ("127.0.0.1", "loopback"), ("127.9.9.9", "loopback"), ("::1", "loopback"), ("::ffff:127.0.0.1", "loopback"),
    ("10.0.0.7", "private"), ("172.31.255.255", "private"), ("192.168.1.1", "private"), ("100.64.0.1", "private"),
    ("fd12:3456::1", "private"), ("::ffff:10.0.0.7", "private"),
    ("169.254.169.254", "nowhere"), ("::ffff:169.254.169.254", "nowhere"), ("fe80::1", "nowhere"),
    ("fd00:ec2::254", "nowhere"), ("100.100.100.200", "nowhere"), ("168.63.129.16", "nowhere"),
    ("0.0.0.0", "nowhere"), ("::", "nowhere"), ("224.0.0.1", "nowhere"), ("64:ff9b::a9fe:a9fe", "nowhere"),
    ("2002:a9fe:a9fe::1", "nowhere"), ("fec0::1", "nowhere"), ("fe80::1%eth0", "nowhere"),
])
def test_place_of_an_address(address, place):
    assert place_of(ipaddress.ip_address(address)) is Whereabouts(place)


def test_what_is_no_address_leads_nowhere():
    assert place_of_ip("models.example") is Whereabouts.NOWHERE


@pytest.mark.parametrize(("url", "words"), [
    ("https://api.openai.com/v1", None), ("http://127.0.0.1:8080/v1", None), ("http://localhost.:8080/v1", None),
    ("http://[::1]:1234/v1", None), ("https://me.openai.azure.com/openai/v1", None),
    ("https://xn--bcher-kva.example", None),
    ("https://bücher.example/v1", "xn--"), ("https://api.openai.com@evil.example/v1", "user name"),
    ("https://@evil.example/v1", "user name"), ("https://api.openai.com\\@evil.example/v1", "backslash"),
    ("http://2130706433/v1", "usual form"), ("http://0x7f000001/v1", "usual form"),
    ("http://0177.0.0.1/v1", "usual form"),
    ("http://127.1/v1", "usual form"), ("http://0/v1", "usual form"), ("http://[fe80::1%25eth0]/v1", "interface"),
    ("http://169.254.169.254/v1", "no provider"), ("http://0.0.0.0/v1", "no provider"),
    ("ftp://models.example/v1", "https://"), ("/v1", "https://"), ("https://models.example:port/v1", "is not a URL"),
    ("https://models.example/v1?x=1", "query"), ("https://models.example/v1#x", "query"),
])
def test_base_url_is_judged_as_it_is_spelled(url, words):
    problem = base_url_problem(url)
    assert (words in problem) if words else problem is None, problem


@pytest.mark.parametrize(("url", "bound", "is_so"), [
    ("https://a.example/v1", "https://a.example/v1", True),
    ("https://a.example/v1/", "https://a.example/v1", True),
    ("https://A.example.:443/v1", "https://a.example/v1", True),
    ("https://a.example/v1/team", "https://a.example/v1", True),
    ("https://a.example/v1", "https://a.example", True),
    ("https://a.example/v2", "https://a.example/v1", False),
    ("https://a.example/v1x", "https://a.example/v1", False),
    ("https://a.example/v1/../other", "https://a.example/v1", False),
    ("https://a.example/v1/%2e%2e/other", "https://a.example/v1", False),
    ("http://a.example/v1", "https://a.example/v1", False),
    ("https://a.example:8443/v1", "https://a.example/v1", False),
    ("https://b.a.example/v1", "https://a.example/v1", False),
    ("https://a.example.evil.example/v1", "https://a.example/v1", False),
    ("https://a.example@evil.example/v1", "https://a.example/v1", False),
    ("https://a.example\\.evil.example/v1", "https://a.example/v1", False),
])
def test_address_is_within_another_by_scheme_host_port_and_path(url, bound, is_so):
    assert is_within(url, bound) is is_so


NAMED = NamedHosts(("gpu.internal", "10.0.0.7:8000"), ("http://10.0.0.9:11434/v1",))


@pytest.mark.parametrize(("url", "ip", "is_so"), [
    ("http://gpu.internal/v1", "10.1.1.1", True), ("http://GPU.internal.:9/v1", "127.0.0.1", True),
    ("http://gpu.internal/v1", "169.254.169.254", False), ("http://gpu.internal/v1", "::ffff:169.254.169.254", False),
    ("http://10.0.0.7:8000/v1", "10.0.0.7", True), ("http://10.0.0.7:22/v1", "10.0.0.7", False),
    ("http://10.0.0.9:11434/v1", "10.0.0.9", True), ("http://10.0.0.9/v1", "10.0.0.9", False),
    ("http://other.internal/v1", "10.1.1.1", False), ("http://other.internal/v1", "127.0.0.1", False),
    ("https://models.example/v1", "8.8.8.8", True), ("https://models.example/v1", "0.0.0.0", False),
])
def test_private_address_is_called_only_for_a_host_that_is_named(url, ip, is_so):
    assert NAMED.allow(ip, url) is is_so


def test_embedded_installation_calls_this_machine_and_no_other_private_one():
    hosts = NamedHosts(allows_loopback=True)
    assert hosts.allow("127.0.0.1", "http://127.0.0.1:8080/v1") and hosts.allow("::1", "http://localhost:8080/v1")
    assert not hosts.allow("10.0.0.7", "http://10.0.0.7/v1")


def test_refusal_names_the_whole_line():
    assert NAMED.refusal("192.168.1.5", "http://box.lan:8080/v1").endswith(
        "set PROVIDER_HOSTS=gpu.internal,10.0.0.7:8000,box.lan:8080 for web and workers.")
    assert "PROVIDER_HOSTS" not in NAMED.refusal("169.254.169.254", "http://box.lan:8080/v1")


@pytest.mark.parametrize(("text", "read"), [
    ("gpu.internal", ("gpu.internal", None)), ("host.docker.internal:11434", ("host.docker.internal", 11434)),
    ("10.0.0.7", ("10.0.0.7", None)), ("::1", ("::1", None)), ("[fd12::1]:80", ("fd12::1", 80)),
])
def test_host_is_read_with_or_without_its_port(text, read):
    assert read_host(text) == read


@pytest.mark.parametrize("text", [
    "http://gpu.internal", "gpu.internal/v1", "u@gpu.internal", "169.254.169.254", "0.0.0.0", "", "a b", "gpu:port",
    "127.1",
])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        read_host(text)
