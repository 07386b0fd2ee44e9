"""Where the service listens."""

from __future__ import annotations

import socket

import pytest

from happysad.service.http.bind_address import LOOPBACK, allowed_hosts, bound, displayed_host


@pytest.fixture
def taken():
    """A port of this machine at which something listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_small_answers_are_sent_at_once():
    with bound("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # or asyncio leaves Nagle's algorithm on


def test_an_address_that_cannot_be_used_is_one_sentence(refused, model_file, taken):
    told = refused("serve", "--port", taken, "--model", model_file)
    assert f"cannot listen at 127.0.0.1, port {taken} (address already in use)" in told
    assert "there is no such address" in refused("serve", "--host", "no such host")
    assert "cannot listen at 203.0.113.1" in refused("serve", "--host", "203.0.113.1")


def test_a_port_of_ones_own_on_ipv4_and_ipv6():
    with bound("localhost", 0) as listener:
        assert listener.getsockname()[1] > 0


@pytest.mark.parametrize(
    ("address", "shown", "more"),
    [
        ("127.0.0.1", "127.0.0.1", []),
        ("127.0.0.1", "127.1", ["127.1"]),
        ("127.0.0.2", "127.0.0.2", ["127.0.0.2"]),
        ("127.0.1.1", "MyMachine", ["127.0.1.1", "mymachine"]),
        ("::1", "[0:0::1]", ["[0:0::1]"]),
    ],
)
def test_an_address_that_only_this_machine_reaches_has_its_own_names(address, shown, more):
    assert allowed_hosts(address, shown) == LOOPBACK | set(more)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.2", "fe80::1%eth0"])
def test_one_that_a_network_reaches_has_any_name(address):
    assert allowed_hosts(address, "localhost") is None


@pytest.mark.parametrize(
    ("host", "number", "shown"),
    [
        ("localhost", "127.0.0.1", "localhost"),
        ("::1", "::1", "[::1]"),
        ("0", "0.0.0.0", "127.0.0.1"),
        ("0::0", "::", "[::1]"),
    ],
)
def test_it_is_displayed_host_a_browser_takes_it(host, number, shown):
    assert displayed_host(host, number) == shown
