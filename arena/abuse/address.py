"""What is known of where a request comes from: a keyed hash of the address's prefix, another one every day. Pure.

The address itself is never stored. A prefix stands for a household or a small network: 24 bits of an IPv4 address, 56
of an IPv6 one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from arena.keys import Keys

_V4_BITS, _V6_BITS = 24, 56


def client_address(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """The address of the person, as far as it can be trusted.

    Args:
        peer: who is at the other end of the connection.
        forwarded: the values of X-Forwarded-For in order, each proxy having added whom it heard from.
        proxies: how many proxies are ours; what stands further left was written by the sender.
    """
    if proxies <= 0:
        return peer
    hops = [hop.strip() for value in forwarded for hop in value.split(",") if hop.strip()]
    return hops[-proxies] if len(hops) >= proxies else ""


def address_hash(address: str, keys: Keys, now: datetime) -> str:
    """The hash of an address's prefix for this day; empty when the address says nothing.

    Addresses of this machine or a private network are those of a proxy that nobody has told us about, or of everybody.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return ""
    bits = _V4_BITS if isinstance(parsed, IPv4Address) else _V6_BITS
    prefix = ip_network(f"{parsed}/{bits}", strict=False)
    return keys.address_digest(str(prefix), now.astimezone(UTC).date().isoformat())
