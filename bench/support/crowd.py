"""Many WebSocket clients in one process of their own: raw sockets and epoll, no library.

A client library would spend more time on a frame than the server does. Arguments as one line of
JSON on standard input: host, port, token, and rooms, each with

    path        of the socket, such as /ws/{project}
    sockets     how many clients
    newest      the seq of its newest event (0)
    slow        how many of them stop reading (0)
    document    the text that all open, and in which a few write by turns (none): their cursors
                move `cursors` times a second
    picture     the variation that all look at (none): the pointers of a few move over it by turns,
                `pointers` times a second

Then it obeys the lines that it reads, and answers each with one JSON object:

    connect     connect everybody; {"sockets"}
    measure     forget what was counted, move from now on; {}
    report      stop moving; what was counted, see `Count`
    drain       let the slow ones read what is left, come back, catch up; {"dropped", "recovered"}

A client whose connection ends comes back at once and asks for what it missed, as a browser does:
what happens before the answer it puts aside, and looks at it when it knows the rest.

Latency of an event on a socket = time of receipt - the event's own `at`, which the server takes in
the transaction just before it commits: same machine, same clock, so the commit itself is included.
The latency of a cursor or a pointer counts from its sending. The server gathers pointers: of those
in one frame the one that was sent first counts.
"""

import json
import select
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frames import CLOSE, PING, PONG, TEXT, connect, cut, masked

SLOW_BUFFER = 4096
SETTLE_SECONDS = 30.0
DRAIN_SECONDS = 60.0
MOST_SECONDS = 900.0
MOVERS = 5
TEXT_CURSOR, POINTER = "server:text.cursor", "server:live"
SPOTS = 10_000
WHOLE, SYNCED = -1.0, -2.0


@dataclass
class Room:
    """One project: who is in it, and what reached them since the count began."""

    path: str
    sockets: int
    slow: int = 0
    document: str | None = None
    cursors: float = 0.0
    picture: str | None = None
    pointers: float = 0.0
    clients: "list[Client]" = field(default_factory=list)
    durable: list[float] = field(default_factory=list)
    fleeting: dict[str, list[float]] = field(default_factory=dict)
    newest: int = 0  # of a room that is being filled nothing happens
    sent: int = 0

    def forget(self) -> None:
        """Begin to count anew."""
        self.durable.clear()
        self.fleeting = {TEXT_CURSOR: [], POINTER: []}

    def rates(self) -> dict[str, float]:
        """Return what moves here, and how often a second."""
        return {
            event: rate
            for event, rate in ((TEXT_CURSOR, self.cursors), (POINTER, self.pointers))
            if rate
        }


@dataclass
class Client:
    """One connection.

    Attributes:
        seq: the newest durable event it has, with all before.
        ahead: while it waits for what it missed: newer events that came already; else None.
    """

    room: Room
    wire: Any
    rest: bytearray
    seq: int
    slow: bool = False
    ended: bool = False
    ahead: set[int] | None = None


@dataclass
class Count:
    """What went wrong, or did not: durable events that one client missed or got twice."""

    lost: int = 0
    doubled: int = 0
    reconnected: int = 0


class Crowd:
    """All clients, and the loop that reads for them."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.server = (asked["host"], asked["port"])
        self.token = asked["token"]
        self.rooms = [Room(**one) for one in asked["rooms"]]
        self.poll = select.epoll()
        self.clients: dict[int, Client] = {}
        self.known: dict[bytes, tuple[int, float, str] | None] = {}
        self.count = Count()
        self.moving = False
        self.due: dict[tuple[int, str], float] = {}
        self.sent_at: dict[tuple[int, int], float] = {}

    def join(self, room: Room, *, slow: bool = False, seq: int | None = None) -> Client:
        """Connect one client; one that was here before has `seq` and asks for what it missed."""
        wire, rest = connect(
            *self.server, room.path, self.token, receive_bytes=SLOW_BUFFER if slow else None
        )
        client = Client(room, wire, rest, room.newest if seq is None else seq, slow=slow)
        if seq is not None:
            client.ahead = set()
            ask = {"event": "client:sync_request", "payload": {"since": seq}}
            wire.send(masked(TEXT, json.dumps(ask).encode()))
        if not slow:
            self.clients[wire.fileno()] = client
            self.poll.register(wire, select.EPOLLIN)
        return client

    def connect(self) -> dict[str, Any]:
        """Fill every room."""
        for room in self.rooms:
            for number in range(room.sockets):
                slow = number >= room.sockets - room.slow
                room.clients.append(self.join(room, slow=slow))
                self.pump(0)
            for client in room.clients:
                self.open(client)
        self.pump_for(2.0)
        return {"sockets": sum(len(room.clients) for room in self.rooms)}

    def measure(self) -> dict[str, Any]:
        """Begin to count."""
        self.count = Count()
        for room in self.rooms:
            room.forget()
        self.moving = True
        now = time.monotonic()
        self.due = {
            (number, event): now for number, room in enumerate(self.rooms) for event in room.rates()
        }
        return {}

    def report(self) -> dict[str, Any]:
        """Stop moving; say what reached whom."""
        self.moving = False
        end = time.monotonic() + SETTLE_SECONDS
        self.pump_for(2.0)
        while self.behind() and time.monotonic() < end:  # late is not lost
            self.pump_for(0.5)
        for room in self.rooms:
            for client in room.clients:
                if not client.slow:
                    self.count.lost += room.newest - client.seq
        return {
            "rooms": [
                {
                    "sockets": room.sockets,
                    "durable": room.durable,
                    "cursors": room.fleeting[TEXT_CURSOR],
                    "pointers": room.fleeting[POINTER],
                }
                for room in self.rooms
            ],
            **vars(self.count),
        }

    def behind(self) -> int:
        """Return how many still have something to hear of."""
        return sum(
            client.seq < room.newest or client.ahead is not None
            for room in self.rooms
            for client in room.clients
            if not client.slow
        )

    def drain(self) -> dict[str, Any]:
        """Let the slow ones read: how many were let go, and how many have everything again."""
        dropped: list[Client] = []
        for room in self.rooms:
            for client in [one for one in room.clients if one.slow]:
                room.clients.remove(client)
                end = time.monotonic() + DRAIN_SECONDS
                client.wire.settimeout(1.0)
                while not client.ended and time.monotonic() < end:
                    try:
                        if not self.read(client):
                            break
                    except TimeoutError:  # it has everything, and the connection stands
                        break
                client.wire.close()
                if client.ended:
                    dropped.append(self.join(room, seq=client.seq))
                    room.clients.append(dropped[-1])
        self.pump_for(2.0)
        recovered = sum(client.seq == client.room.newest for client in dropped)
        return {"dropped": len(dropped), "recovered": recovered}

    def open(self, client: Client) -> None:
        """Open the room's text and look at its picture: what moves there reaches nobody else."""
        if client.room.document:
            self.say(client, "client:text.open", {"document": client.room.document})
        if client.room.picture:
            here = {"page": "picture", "variation_id": client.room.picture}
            self.say(client, "client:presence", here)

    def say(self, client: Client, event: str, payload: dict[str, Any]) -> None:
        """Send one message; whoever has no room for it loses it, as a full buffer would."""
        frame = json.dumps({"event": event, "payload": payload}).encode()
        try:
            client.wire.send(masked(TEXT, frame))
        except OSError:
            return

    def move(self) -> float:
        """Move what is due; return the seconds until the next one."""
        if not self.moving:
            return 1.0
        now = time.monotonic()
        for (number, event), due in self.due.items():
            if due > now:
                continue
            room = self.rooms[number]
            # a position is a whole number, and this one tells when it was sent
            position = room.sent % SPOTS
            room.sent += 1
            self.sent_at[number, position] = time.time()
            mover = room.clients[room.sent % min(MOVERS, len(room.clients))]
            if event == POINTER:
                self.say(mover, "client:live", {"at": [position / SPOTS, 0.5]})
            else:
                place = {"document": room.document, "revision": 0}
                place |= {"anchor": position, "head": position}
                self.say(mover, "client:text.cursor", place)
            self.due[number, event] = due + 1 / room.rates()[event]
        return max(0.0, min(self.due.values(), default=now + 1.0) - time.monotonic())

    def pump(self, seconds: float) -> list[int]:
        """Read once from everything that is readable; return which descriptors were."""
        ready = [number for number, _ in self.poll.poll(min(seconds, self.move()))]
        for number in ready:
            client = self.clients.get(number)
            if client is not None and not self.read(client):
                self.poll.unregister(number)
                del self.clients[number]
                client.wire.close()
                self.come_back(client)
        return ready

    def come_back(self, client: Client) -> None:
        """Connect again, for somebody whose connection ended."""
        self.count.reconnected += 1
        room = client.room
        place = room.clients.index(client)
        room.clients[place] = self.join(room, seq=client.seq)
        self.open(room.clients[place])

    def pump_for(self, seconds: float) -> None:
        """Read for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.1)

    def read(self, client: Client) -> bool:
        """Read what is there; False when the connection has ended."""
        try:
            data = client.wire.recv(262_144)
        except BlockingIOError:
            return True
        except OSError as error:
            if isinstance(error, TimeoutError):  # of a slow one that has read everything
                raise
            data = b""
        now = time.time()
        if not data:
            client.ended = True
            return False
        client.rest += data
        for opcode, payload in cut(client.rest):
            if opcode == TEXT:
                self.take(client, payload, now)
            elif opcode == PING:
                client.wire.send(masked(PONG, payload))
            elif opcode == CLOSE:
                client.ended = True
                return False
        return True

    def take(self, client: Client, payload: bytes, now: float) -> None:
        """Count one frame."""
        room = client.room
        try:
            known = self.known[payload]
        except KeyError:
            known = self.known[payload] = self.look(room, payload)
            if len(self.known) > 20_000:
                self.known = {payload: known}
        if known is None:
            return
        seq, at, event = known
        if at == WHOLE:  # everything as of that event: what came before is in it
            client.seq = max(client.seq, seq)
            self.catch_up(client)
        elif at == SYNCED:
            self.catch_up(client)
        elif seq < 0:
            room.fleeting[event].append((now - at) * 1000)
        elif client.ahead is not None and seq != client.seq + 1:
            client.ahead.add(seq)
        elif seq <= client.seq:
            self.count.doubled += 1
        else:
            self.count.lost += seq - client.seq - 1
            client.seq = seq
            room.newest = max(room.newest, seq)
            room.durable.append((now - at) * 1000)

    def catch_up(self, client: Client) -> None:
        """Add what came before the answer; it should reach to what the answer brought."""
        ahead, client.ahead = client.ahead or set(), None
        newer = {seq for seq in ahead if seq > client.seq}
        if newer:
            self.count.lost += max(newer) - client.seq - len(newer)
            client.seq = max(newer)

    def look(self, room: Room, payload: bytes) -> tuple[int, float, str] | None:
        """Return what a frame is, with its event.

        (seq, time) of a durable event, (seq, WHOLE) of a full sync, (seq, SYNCED) of the end of
        what was missed, (-1, time sent) of what moved, None of others.
        """
        message = json.loads(payload)
        event, told = message["event"], message["payload"]
        if event == "server:full_sync":
            return int(message["seq"]), WHOLE, event
        if message.get("seq") is not None and message.get("at"):
            return int(message["seq"]), datetime.fromisoformat(message["at"]).timestamp(), event
        data = told.get("data")
        if event == "server:ok" and isinstance(data, dict) and "seq" in data:
            return int(data["seq"]), SYNCED, event
        spots: list[int] = []
        if event == TEXT_CURSOR:
            spots = [told["head"] or 0]
        elif event == POINTER:
            spots = [round(one["at"][0] * SPOTS) for one in told["people"] if one.get("at")]
        number = self.rooms.index(room)
        sent = [self.sent_at[number, spot] for spot in spots if (number, spot) in self.sent_at]
        return (-1, min(sent), event) if sent else None


def main() -> None:
    # without a buffer, in which a line could wait where epoll does not see it
    orders = open(sys.stdin.fileno(), "rb", buffering=0)  # noqa: PTH123, SIM115
    crowd = Crowd(json.loads(orders.readline()))
    stdin = orders.fileno()
    crowd.poll.register(stdin, select.EPOLLIN | select.EPOLLHUP)
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        if stdin not in crowd.pump(1.0):
            continue
        word = orders.readline().decode().strip()
        if not word:
            return
        print(json.dumps(getattr(crowd, word)()), flush=True)


if __name__ == "__main__":
    main()
