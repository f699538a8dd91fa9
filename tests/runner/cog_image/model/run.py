# pyright: basic, reportMissingImports=false
"""A model as its author packs it with Cog: nothing in it knows of us."""

import os
import time

from cog import BaseRunner, Input, Path

STEPS, WAITING_STEPS = 5, 60_000


class Runner(BaseRunner):
    def setup(self) -> None:
        self.calls = 0

    def run(
        self,
        picture: Path = Input(description="The picture to copy."),
        strength: float = Input(description="How much.", default=1.0, ge=0, le=1),
        mode: str = Input(
            description="What to do.", default="copy", choices=["copy", "wait", "fail", "crash"]
        ),
        seed: int = Input(default=0),
    ) -> Path:
        print("looking at a picture of", picture.stat().st_size, "bytes")
        if mode == "crash":
            os._exit(3)
        if mode == "fail":
            raise ValueError("it does not want to")
        for step in range(WAITING_STEPS if mode == "wait" else STEPS):
            print(f"steps: {step * 100 // STEPS % 100:3d}%|###  | {step}/{STEPS}", flush=True)
            time.sleep(0.02)
        made = Path("/tmp/made.png")
        made.write_bytes(picture.read_bytes())
        return made
