"""Write a character's description together with others, after docs/realtime.md and nothing else.

    python write.py ws://localhost:8000/ws/PROJECT TOKEN CHARACTER

Each line that is typed goes to the end of the text; `old=>new` replaces words. After every change
it prints the revision and the text as JSON. It comes back after a lost connection, and ends when
the input has ended and everything typed is acknowledged.
"""

import asyncio
import json
import sys
from contextlib import suppress
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def size(part):
    value = part["d"] if isinstance(part, dict) else part
    return value if isinstance(value, int) else len(value)


def cut(part, start, end):
    """Return a piece of something that keeps or takes out characters."""
    if isinstance(part, int):
        return end - start
    words = part["d"]
    return {"d": words[start:end] if isinstance(words, str) else end - start}


def joined(one, other):
    """Return two parts of the same kind as one."""
    if isinstance(one, dict) and type(one["d"]) is not type(other["d"]):
        return {"d": size(one) + size(other)}
    return {"d": one["d"] + other["d"]} if isinstance(one, dict) else one + other


def tidy(parts):
    """Join what is of one kind side by side, and drop a keep at the end, which is refused."""
    tidied = []
    for part in parts:
        if tidied and type(part) is type(tidied[-1]):
            tidied[-1] = joined(tidied[-1], part)
        else:
            tidied.append(part)
    return tidied[:-1] if tidied and isinstance(tidied[-1], int) else tidied


def apply(text, op):
    done, at = [], 0
    for part in op:
        if isinstance(part, str):
            done.append(part)
            continue
        if isinstance(part, int):
            done.append(text[at : at + part])
        at += size(part)
    return "".join(done) + text[at:]


def transform(op, other, side):
    """Return `op` as it is after `other`; at one place "left" puts in before "right"."""
    rest, done = list(op), []

    def take(most):
        """Take what `op` does next, up to so many old characters of it."""
        if not rest:
            return most
        part = rest.pop(0)
        if isinstance(part, str) or size(part) <= most:
            return part
        rest.insert(0, cut(part, most, size(part)))
        return cut(part, 0, most)

    for part in other:
        if isinstance(part, str):
            if side == "left" and rest and isinstance(rest[0], str):
                done.append(rest.pop(0))
            done.append(len(part))
            continue
        left = size(part)
        while left:
            mine = take(left)
            if isinstance(mine, str):
                done.append(mine)
                continue
            left -= size(mine)
            if isinstance(part, int):
                done.append(mine)
    return tidy(done + rest)


def difference(before, after):
    """Return an operation that makes one text of the other: the middle that differs."""
    start, most = 0, min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    gone, new = before[start : len(before) - end], after[start : len(after) - end]
    return tidy([part for part in (start, {"d": gone}, new) if part and part != {"d": ""}])


class Text:
    """One text: what the server has (`base`, `revision`), and what we made of it since."""

    def __init__(self):
        self.base, self.text, self.revision = "", "", None
        self.ours = []  # our changes in order, [id, op]; only the first is on its way
        self.early = {}  # what came ahead of its turn, by revision

    def edit(self, op):
        if op:
            self.text = apply(self.text, op)
            self.ours.append([uuid4().hex, op])

    def theirs(self, op):
        self.base = apply(self.base, op)
        for change in self.ours:
            mine = change[1]
            change[1] = transform(mine, op, "right")
            op = transform(op, mine, "left")
        self.text = apply(self.text, op)

    def opened(self, document):
        """Take the answer to opening: the whole text, or what we missed of it."""
        if document["text"] is not None:
            if self.revision is None:
                self.base = self.text = document["text"]
            else:  # away for long: whatever made it of what we knew is somebody's change
                self.theirs(difference(self.base, document["text"]))
            self.revision = document["revision"]
        for one in document["ops"] or []:
            self.take(one["revision"], one["id"], one["op"])

    def take(self, revision, name, op):
        """Take an operation, or without one the word that ours was applied, in its turn."""
        if self.revision is None or revision < self.revision:
            return
        self.early[revision] = name, op
        while (entry := self.early.pop(self.revision, None)) is not None:
            name, op = entry
            if self.ours and self.ours[0][0] == name:
                self.base = apply(self.base, self.ours.pop(0)[1])
            else:
                self.theirs(op)
            self.revision += 1
        self.early = {at: one for at, one in self.early.items() if at > self.revision}


class Writer:
    """Keeps one text true over a line that may break."""

    def __init__(self, address, token, character):
        self.address, self.headers = address, {"Authorization": f"Bearer {token}"}
        self.document = f"character:{character}:description"
        self.text, self.socket, self.on_its_way = Text(), None, None
        self.opened, self.settled = asyncio.Event(), asyncio.Event()

    async def type(self, line):
        old, arrow, new = line.partition("=>")
        text = self.text.text
        wished = text.replace(old, new, 1) if arrow else f"{text} {line}"
        self.text.edit(difference(text, wished))
        self.settled.clear()
        with suppress(ConnectionClosed):  # then `listen` comes back and sends it
            await self.send_next()

    async def listen(self):
        async for socket in connect(self.address, additional_headers=self.headers):
            self.socket = socket
            try:
                await self.open()
                async for frame in socket:
                    await self.hear(json.loads(frame))
            except ConnectionClosed as closed:
                if closed.rcvd and closed.rcvd.code in (4401, 4404, 4426):
                    sys.exit("Not signed in, no such project, or a protocol that is gone.")

    async def open(self):
        """Ask what the text is, or what we missed; nothing else is sent before the answer."""
        self.opened.clear()
        known = {} if self.text.revision is None else {"revision": self.text.revision}
        await self.say("client:text.open", "open", **known)

    async def send_next(self):
        """Send the first of our changes on what we know, if it is not on its way."""
        if self.opened.is_set() and self.text.ours and self.text.ours[0][0] != self.on_its_way:
            self.on_its_way, op = self.text.ours[0]
            change = {"revision": self.text.revision, "op": op, "id": self.on_its_way}
            await self.say("client:text.op", self.on_its_way, **change)

    async def say(self, event, message_id, **payload):
        payload["document"] = self.document
        await self.socket.send(json.dumps({"event": event, "id": message_id, "payload": payload}))

    async def hear(self, message):
        event, payload = message["event"], message["payload"]
        if event == "server:error":
            await self.refused(payload)
        elif event == "server:character.updated" and not self.text.ours:
            await self.open()  # finds a last operation that the bus lost
        elif event.startswith("server:text.") and payload["document"] == self.document:
            await self.hear_text(event, payload)

    async def hear_text(self, event, payload):
        if event == "server:text.document":
            self.text.opened(payload)
            self.on_its_way = None  # the same again, should it have been lost
            self.opened.set()
        elif event in ("server:text.op", "server:text.ack"):
            self.text.take(payload["revision"], payload["id"], payload.get("op"))
        else:
            return
        print(json.dumps([self.text.revision, self.text.text]), flush=True)
        if self.text.early and self.opened.is_set():
            await self.open()  # one between is missing
        await self.send_next()
        if not self.text.ours:
            self.settled.set()

    async def refused(self, problem):
        if problem["code"] in ("too_many_changes", "too_many_messages", "unavailable"):
            await asyncio.sleep(1)
        elif problem["code"] != "revision_gone":
            sys.exit(f"{problem['detail']} {problem.get('try') or ''}")
        await self.open()


async def main(address, token, character):
    writer = Writer(address, token, character)
    listening = asyncio.create_task(writer.listen())
    await writer.opened.wait()
    typed = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(typed), sys.stdin
    )
    async for line in typed:
        await writer.type(line.decode().rstrip("\n"))
    await writer.settled.wait()
    listening.cancel()
    await asyncio.wait([listening])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
