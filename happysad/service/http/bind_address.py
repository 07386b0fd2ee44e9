"""The address at which the service listens, and the host names by which it may be called."""

from __future__ import annotations

import ipaddress
import os
import socket

from happysad.utils.errors import UserError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})  # names by which a machine calls itself


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to an address, not listening yet; UserError where it cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise UserError(f"--host {host}: there is no such address") from None
    # asyncio sends small answers at once only through a socket that names its protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # where the option means something else
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        raise UserError(
            f"cannot listen at {host}, port {port} ({reason}): choose another by --port or --host"
        ) from None
    return listener


def displayed_host(host: str, number: str) -> str:
    """The host, whose address is ``number``, as a browser on this machine understands it."""
    address = ipaddress.ip_address(number)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return f"[{host}]" if ":" in host else host


def allowed_hosts(address: str, shown: str) -> frozenset[str] | None:
    """Names by which the service may be called; None for any, where a network reaches it.

    It listens at ``address``, in numbers; ``shown`` is the host that is printed.
    """
    number = ipaddress.ip_address(address)
    if not number.is_loopback:
        return None
    written = f"[{number}]" if number.version == 6 else str(number)
    return LOOPBACK | {written, shown.lower()}
