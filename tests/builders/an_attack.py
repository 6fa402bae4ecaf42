"""Wrong sign-ins by the second, from a process of its own: `python -m tests.builders.an_attack PORT RATE SECONDS`.

Requests are written whole and answers barely read, so that the attacker costs little of the machine it shares. Each try
names another account, from another of many addresses. Prints how many of each status came back, as JSON.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter

CONNECTIONS = 64


def main() -> None:
    """Attack, then tell."""
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    told: list[Counter[str]] = []
    threads = [
        threading.Thread(target=lambda number=number: told.append(_attack(port, rate / CONNECTIONS, seconds, number)))
        for number in range(CONNECTIONS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total: Counter[str] = sum(told, Counter())
    sys.stdout.write(json.dumps({"statuses": total, "per_second": sum(total.values()) / (time.monotonic() - began)}))


def _attack(port: int, rate: float, seconds: float, number: int) -> Counter[str]:
    told: Counter[str] = Counter()
    connection: socket.socket | None = None
    begin = time.monotonic() + number / CONNECTIONS / rate
    tries = int(rate * seconds)
    for attempt in range(tries):
        due = begin + attempt / rate
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        if time.monotonic() - begin > seconds:
            break
        name = f"name-{attempt * CONNECTIONS + number}"
        address = f"10.{attempt % 250}.{number}.{attempt // 250 % 250}"
        body = json.dumps({"name": name, "password": "a wrong password"}).encode()
        head = (
            "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"X-Forwarded-For: {address}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            if connection is None:
                connection = socket.create_connection(("127.0.0.1", port), timeout=10)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(head.encode() + body)
            answer = _answer(connection)
            told[answer[9:12].decode()] += 1
            if b"connection: close" in answer.lower():
                connection.close()
                connection = None
        except OSError:
            told["lost"] += 1
            connection = None
    return told


def _answer(connection: socket.socket) -> bytes:
    """Head and body of one answer."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(8_192)
        if not more:
            raise ConnectionResetError
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lower = head.lower()
    at = lower.find(b"content-length:")
    length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    while len(body) < length:
        more = connection.recv(8_192)
        if not more:
            raise ConnectionResetError
        body += more
    return head


if __name__ == "__main__":
    main()
