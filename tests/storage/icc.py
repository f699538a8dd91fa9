"""Small ICC profiles made by hand (ICC.1:2001-04, the version 2 format)."""

import struct

D50 = (0.9642, 1.0, 0.8249)
SRGB_PRIMARIES_D50 = (
    (0.4361, 0.2225, 0.0139),
    (0.3851, 0.7169, 0.0971),
    (0.1431, 0.0606, 0.7141),
)


def linear_rgb() -> bytes:
    """Return a profile with sRGB's primaries and no tone curve: grey 128 is sRGB 188."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0100) + bytes(2)
    tags = {
        tag: _xyz(primary)
        for tag, primary in zip((b"rXYZ", b"gXYZ", b"bXYZ"), SRGB_PRIMARIES_D50, strict=True)
    }
    return _profile(
        b"mntr", b"RGB ", b"XYZ ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    )


def dull_press() -> bytes:
    """Return a CMYK profile of a press whose cyan is a dark blue: L* 40, a* -10, b* -40."""
    corners = bytearray()
    for index in range(16):  # the first colour, cyan, varies slowest
        cyan, black = bool(index & 8), bool(index & 1)
        light, a, b = (10, 0, 0) if black else (40, -10, -40) if cyan else (100, 0, 0)
        corners += bytes((round(light * 2.55), a + 128, b + 128))
    straight = bytes(range(256))
    identity = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    lut = (
        b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity
        + straight * 4 + bytes(corners) + straight * 3
    )  # fmt: skip
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    name = b"Made by hand\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(78),
        b"cprt": b"text" + bytes(4) + b"No rights reserved\0",
        b"wtpt": _xyz(D50),
        **tags,
    }
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">II", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI12s",
        start + len(data), bytes(4), 0x02400000, kind, space, connection,
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp", bytes(4), 0, 0, 0, 0, 0,
        _xyz(D50)[8:],
    )  # fmt: skip
    return header.ljust(128, b"\0") + table + data
