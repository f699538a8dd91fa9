"""UUIDv7."""

import time

from onmodel.kit.ids import new_id


def test_ids_of_one_process_are_strictly_increasing() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_an_id_carries_version_variant_and_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert made.version == 7
    assert (made.int >> 62) & 0b11 == 0b10
    # the counter may run ahead of the clock by a few milliseconds after a burst
    assert before <= made.int >> 80 <= before + 10_000
