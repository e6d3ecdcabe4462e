"""A real DNS server on a free port, and a resolver that asks it: names mean what the test says, once or in turn."""

from __future__ import annotations

import asyncio
import socket
import threading
from ipaddress import IPv6Address
from types import TracebackType
from typing import Any, Self

from aiohttp.abc import AbstractResolver, ResolveResult
from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer

from tests.waiting import PATIENCE_S

_LONGEST_CHAIN = 8


class NameServer(BaseResolver):
    """Answers for the names it was given; others don't exist.

        with NameServer() as names:
            names.put("one.test", ["127.0.0.1", "::1"])
            names.put("rebinding.test", ["2606:2800:220:1::1"], ["127.0.0.1"])    # the last one repeats
            names.put("alias.test", "one.test")

    ``asked`` are the names it was asked for, each once per lookup.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._zone: dict[str, list[list[str] | str]] = {}
        self._lock = threading.Lock()
        self._server = DNSServer(self, address="127.0.0.1", port=0, logger=_Silence())
        self.port: int = self._server.server.server_address[1]

    def __enter__(self) -> Self:
        self._server.start_thread()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._server.server.server_close()

    def forget(self) -> None:
        """Forget all names, and what was asked."""
        with self._lock:
            self._zone.clear()
            self.asked.clear()

    def put(self, name: str, *answers: list[str] | str) -> None:
        """Answer lookups of a name with these addresses, or this other name, in turn, then with the last for ever."""
        self._zone[name] = list(answers)

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:  # noqa: ARG002
        """Answer one query."""
        name = str(request.q.qname).rstrip(".").lower()
        reply = request.reply()
        with self._lock:
            # A lookup asks for A, then for AAAA: both get the same answer.
            if request.q.qtype == QTYPE.A:
                self.asked.append(name)
            answers = self._zone.get(name)
            if answers is None:
                reply.header.rcode = RCODE.NXDOMAIN
                return reply
            answer = answers[0]
            if request.q.qtype == QTYPE.AAAA and len(answers) > 1:
                answers.pop(0)
        for record in _records(name, answer, request.q.qtype):
            reply.add_answer(record)
        return reply


class Names(AbstractResolver):
    """Resolves names by asking a NameServer."""

    def __init__(self, server: NameServer) -> None:
        self._port = server.port

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        addresses = await asyncio.to_thread(self._addresses, host, _LONGEST_CHAIN)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=_family(address), proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass

    def _addresses(self, host: str, chain: int) -> list[str]:
        found: list[str] = []
        for kind in ("A", "AAAA"):
            query = DNSRecord.question(host.rstrip("."), kind)
            answer = DNSRecord.parse(query.send("127.0.0.1", self._port, timeout=PATIENCE_S))
            for record in answer.rr:
                if record.rtype != QTYPE.CNAME:
                    found.append(str(record.rdata))
                elif chain and kind == "AAAA":
                    found += self._addresses(str(record.rdata), chain - 1)
        return found


class _Silence:
    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


def _records(name: str, answer: list[str] | str, qtype: int) -> list[RR]:
    if isinstance(answer, str):
        return [RR(name, QTYPE.CNAME, rdata=CNAME(answer), ttl=0)]
    if qtype == QTYPE.A:
        return [RR(name, QTYPE.A, rdata=A(address), ttl=0) for address in answer if ":" not in address]
    return [
        RR(name, QTYPE.AAAA, rdata=AAAA(tuple(IPv6Address(address).packed)), ttl=0)
        for address in answer
        if ":" in address
    ]


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
