"""Whatever is sent in, an ordinary picture comes out, or a sentence that an artist understands."""

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from onmodel.kit.errors import ProblemError
from onmodel.storage.picture_colours import GREY, Note
from onmodel.storage.picture_errors import PictureTooComplexError
from onmodel.storage.pictures import MAX_BYTES, Ingest, Picture, keep
from onmodel.storage.store import open_store
from tests.storage import icc, samples


@pytest.fixture(scope="module")
async def ingest() -> AsyncGenerator[Ingest]:
    async with Ingest() as reader:
        yield reader


class Desk:
    """Where uploads lie: writes the bytes to a file and has them read."""

    def __init__(self, folder: Path, ingest: Ingest) -> None:
        self.folder = folder
        self.ingest = ingest

    async def read(
        self, data: bytes, name: str = "upload", ingest: Ingest | None = None
    ) -> Picture:
        upload, into = self.folder / "upload", self.folder / "out"
        await asyncio.to_thread(upload.write_bytes, data)
        await asyncio.to_thread(into.mkdir, exist_ok=True)
        return await (ingest or self.ingest).picture(upload, into=into, name=name)

    async def refused(self, data: bytes, ingest: Ingest | None = None) -> ProblemError:
        with pytest.raises(ProblemError) as caught:
            await self.read(data, ingest=ingest)
        assert not any((self.folder / "out").iterdir()), "something half written was left"
        problem = caught.value
        assert problem.detail.endswith(".")
        assert problem.try_.endswith(".")
        assert str(self.folder) not in json.dumps(problem.as_problem())
        return problem


@pytest.fixture
def desk(tmp_path: Path, ingest: Ingest) -> Desk:
    return Desk(tmp_path, ingest)


def _corners(path: Path) -> list[str]:
    """Name the colours of a picture's corners, from the top left clockwise."""
    names = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220),
             "yellow": (230, 220, 20)}  # fmt: skip
    with Image.open(path) as image:
        width, height = image.size
        spots = [(8, 8), (width - 9, 8), (width - 9, height - 9), (8, height - 9)]
        colours = [_rgb(image, spot) for spot in spots]
    return [
        min(
            names,
            key=lambda name: sum(abs(a - b) for a, b in zip(names[name], colour, strict=True)),
        )
        for colour in colours
    ]


def _rgb(image: Image.Image, spot: tuple[int, int]) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").crop((*spot, spot[0] + 1, spot[1] + 1)).tobytes()
    return red, green, blue


def _middle(path: Path) -> tuple[int, int, int]:
    with Image.open(path) as image:
        return _rgb(image, (image.width // 2, image.height // 2))


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "options", "source_format", "media_type"),
        [
            ("JPEG", {"quality": 95}, "jpeg", "image/jpeg"),
            ("JPEG", {"quality": 95, "progressive": True}, "jpeg", "image/jpeg"),
            ("WEBP", {"quality": 90}, "webp", "image/jpeg"),
            ("AVIF", {"quality": 90}, "avif", "image/jpeg"),
            ("HEIF", {}, "heif", "image/jpeg"),
            ("PNG", {}, "png", "image/png"),
            ("WEBP", {"lossless": True}, "webp", "image/png"),
            ("TIFF", {"compression": "tiff_lzw"}, "tiff", "image/png"),
            ("GIF", {}, "gif", "image/png"),
        ],
    )
    async def test_a_picture_is_remade_with_previews(
        self, desk: Desk, kind: str, options: dict[str, object], source_format: str, media_type: str
    ) -> None:
        data = samples.encode(samples.drawing(1600, 1200), kind, **options)

        picture = await desk.read(data)

        assert (picture.source_format, picture.media_type) == (source_format, media_type)
        assert (picture.width, picture.height) == (1600, 1200)
        assert picture.source_sha256 == hashlib.sha256(data).hexdigest()
        assert picture.source_bytes == len(data)
        assert _corners(picture.master) == ["red", "green", "yellow", "blue"]
        for path, size in ((picture.preview, (1024, 768)), (picture.thumb, (256, 192))):
            with Image.open(path) as image:
                assert (image.format, image.size) == ("WEBP", size)
            assert _corners(path) == ["red", "green", "yellow", "blue"]
        assert int(picture.phash, 16) >= 0
        assert len(picture.phash) == 16
        assert 20 <= len(picture.thumbhash) <= 40

    async def test_the_name_decides_nothing(self, desk: Desk) -> None:
        picture = await desk.read(samples.encode(samples.drawing(), "PNG"), name="evil.svg")

        assert picture.source_format == "png"
        assert picture.name == "evil.svg"

    async def test_lossless_stays_lossless(self, desk: Desk) -> None:
        drawn = samples.drawing()

        picture = await desk.read(samples.encode(drawn, "PNG"))

        with Image.open(picture.master) as image:
            assert image.tobytes() == drawn.tobytes()

    async def test_the_same_upload_gives_the_same_bytes(self, desk: Desk) -> None:
        data = samples.encode(samples.drawing(), "JPEG")

        first, second = await desk.read(data), await desk.read(data)

        assert (first.sha256, first.source_sha256) == (second.sha256, second.source_sha256)

    async def test_near_copies_have_near_hashes(self, desk: Desk) -> None:
        large = await desk.read(samples.encode(samples.drawing(1200, 900), "PNG"))
        small = await desk.read(samples.encode(samples.drawing(400, 300), "JPEG", quality=60))
        other = await desk.read(samples.encode(samples.drawing(400, 300).rotate(90), "PNG"))

        assert (int(large.phash, 16) ^ int(small.phash, 16)).bit_count() <= 6
        assert (int(large.phash, 16) ^ int(other.phash, 16)).bit_count() >= 16

    async def test_a_small_picture_is_not_blown_up(self, desk: Desk) -> None:
        picture = await desk.read(samples.encode(samples.drawing(120, 90), "PNG"))

        with Image.open(picture.preview) as preview, Image.open(picture.thumb) as thumb:
            assert preview.size == thumb.size == (120, 90)


class TestColours:
    async def test_a_profile_is_applied(self, desk: Desk) -> None:
        grey = Image.new("RGB", (100, 80), (128, 128, 128))

        picture = await desk.read(samples.encode(grey, "PNG", icc_profile=icc.linear_rgb()))

        assert picture.notes == (Note.COLOURS_CONVERTED,)
        assert all(abs(value - 188) <= 2 for value in _middle(picture.master))

    async def test_cmyk_is_converted_by_its_profile(self, desk: Desk) -> None:
        cyan = Image.new("CMYK", (100, 80), (255, 0, 0, 0))

        picture = await desk.read(samples.encode(cyan, "JPEG", icc_profile=icc.dull_press()))

        red, green, blue = _middle(picture.master)
        assert picture.notes == (Note.COLOURS_CONVERTED,)
        assert red < 60
        assert 70 < green < 130
        assert 120 < blue < 190

    async def test_cmyk_without_a_profile_is_guessed_and_said_so(self, desk: Desk) -> None:
        cyan = Image.new("CMYK", (100, 80), (255, 0, 0, 0))

        picture = await desk.read(samples.encode(cyan, "JPEG"))

        assert picture.notes == (Note.PRINT_COLOURS_GUESSED,)
        assert _middle(picture.master)[0] < 10

    async def test_a_broken_profile_is_left_out(self, desk: Desk) -> None:
        picture = await desk.read(
            samples.encode(samples.drawing(), "JPEG", icc_profile=b"no profile at all" * 20)
        )

        assert picture.notes == (Note.PROFILE_UNREADABLE,)
        assert _corners(picture.master) == ["red", "green", "yellow", "blue"]

    @pytest.mark.parametrize("colours", [0, 2, 6])
    async def test_16_bits_become_8_in_scale(self, desk: Desk, colours: int) -> None:
        value = 0xC040 if colours != 6 else 0xFFFF

        picture = await desk.read(samples.deep_png(value, colours=colours))

        assert Note.REDUCED_TO_8_BIT in picture.notes
        assert all(abs(got - value / 257) <= 1 for got in _middle(picture.master))

    async def test_16_bit_tiff_is_scaled_too(self, desk: Desk) -> None:
        deep = Image.new("I;16", (100, 80), 0x8000)

        picture = await desk.read(samples.encode(deep, "TIFF"))

        assert picture.notes == (Note.REDUCED_TO_8_BIT,)
        assert _middle(picture.master) == (128, 128, 128)

    async def test_32_bit_is_refused_with_a_way_out(self, desk: Desk) -> None:
        problem = await desk.refused(samples.encode(Image.new("F", (100, 80), 0.5), "TIFF"))

        assert problem.code == "unsupported_picture_type"
        assert "16-bit" in problem.try_

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
    async def test_see_through_is_laid_on_grey(self, desk: Desk, mode: str) -> None:
        clear = Image.new("RGBA", (100, 80), (255, 0, 0, 0)).convert(
            {"PA": "RGBA", "P": "P"}.get(mode, mode)
        )
        options = {"transparency": clear.getpixel((0, 0))} if mode == "P" else {}

        picture = await desk.read(samples.encode(clear, "PNG", **options))

        assert picture.notes == (Note.TRANSPARENCY_FILLED,)
        assert _middle(picture.master) == GREY

    async def test_an_alpha_that_hides_nothing_is_not_mentioned(self, desk: Desk) -> None:
        picture = await desk.read(samples.encode(samples.drawing().convert("RGBA"), "PNG"))

        assert picture.notes == ()

    @pytest.mark.parametrize("mode", ["1", "L", "P"])
    async def test_few_colours_become_rgb(self, desk: Desk, mode: str) -> None:
        picture = await desk.read(samples.encode(samples.drawing().convert(mode), "PNG"))

        with Image.open(picture.master) as image:
            assert image.mode == "RGB"
        assert picture.notes == ()

    async def test_lab_becomes_srgb(self, desk: Desk) -> None:
        picture = await desk.read(
            samples.encode(Image.new("LAB", (100, 80), (255, 128, 128)), "TIFF")
        )

        assert all(value >= 250 for value in _middle(picture.master))


class TestAttached:
    @pytest.mark.parametrize(
        ("orientation", "size", "corners"),
        [
            (1, (400, 300), ["red", "green", "yellow", "blue"]),
            (2, (400, 300), ["green", "red", "blue", "yellow"]),
            (3, (400, 300), ["yellow", "blue", "red", "green"]),
            (4, (400, 300), ["blue", "yellow", "green", "red"]),
            (5, (300, 400), ["red", "blue", "yellow", "green"]),
            (6, (300, 400), ["blue", "red", "green", "yellow"]),
            (7, (300, 400), ["yellow", "green", "red", "blue"]),
            (8, (300, 400), ["green", "yellow", "blue", "red"]),
        ],
    )
    async def test_the_picture_is_turned_upright(
        self, desk: Desk, orientation: int, size: tuple[int, int], corners: list[str]
    ) -> None:
        picture = await desk.read(samples.with_everything_attached(orientation))

        assert (picture.width, picture.height) == size
        assert _corners(picture.master) == corners
        assert _corners(picture.thumb) == corners
        assert (Note.TURNED_UPRIGHT in picture.notes) == (orientation != 1)

    async def test_nothing_attached_is_kept(self, desk: Desk) -> None:
        data = samples.with_everything_attached(6)
        assert samples.PLACE in data

        picture = await desk.read(data)

        assert Note.LOCATION_REMOVED in picture.notes
        for path in (picture.master, picture.preview, picture.thumb):
            content = await asyncio.to_thread(path.read_bytes)
            assert samples.PLACE not in content
            assert b"Exif" not in content
            with Image.open(BytesIO(content)) as image:
                assert not image.getexif()
                assert not {"exif", "xmp", "comment", "icc_profile"} & image.info.keys()

    async def test_text_in_a_png_is_not_kept(self, desk: Desk) -> None:
        data = samples.encode(samples.drawing(), "PNG")
        text = samples.png_chunk(b"tEXt", b"Comment\0" + samples.PLACE)

        picture = await desk.read(data[:33] + text + data[33:] + b"<script>" + samples.PLACE)

        assert samples.PLACE not in await asyncio.to_thread(picture.master.read_bytes)


class TestRefused:
    @pytest.mark.parametrize("kind", ["png", "tiff", "webp", "gif", "jpeg"])
    async def test_a_pixel_bomb_is_refused_by_its_header(self, desk: Desk, kind: str) -> None:
        problem = await desk.refused(samples.bombs()[kind])

        assert (problem.status, problem.code) == (422, "too_many_pixels")
        assert "megapixels" in problem.detail

    async def test_40_megabytes_are_too_many(self, desk: Desk) -> None:
        picture = samples.encode(samples.drawing(), "JPEG")

        problem = await desk.refused(picture + bytes(40_000_000 - len(picture)))

        assert MAX_BYTES < 40_000_000
        assert (problem.status, problem.code) == (413, "file_too_large")
        assert "38.1 MB" in problem.detail

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF"])
    @pytest.mark.parametrize("share", [0.5, 0.95])
    async def test_a_truncated_picture_is_damaged(
        self, desk: Desk, kind: str, share: float
    ) -> None:
        options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
        data = samples.encode(samples.drawing(), kind, **options)

        problem = await desk.refused(data[: int(len(data) * share)])

        assert (problem.status, problem.code) == (422, "damaged_picture")

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF"])
    async def test_a_beginning_without_a_picture_is_damaged(self, desk: Desk, kind: str) -> None:
        head = samples.encode(samples.drawing(), kind)[:12]

        problem = await desk.refused(head + b"\x11" * 500)

        assert problem.code in {"damaged_picture", "unsupported_picture_type"}

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
    async def test_an_animation_is_refused_with_a_way_out(self, desk: Desk, kind: str) -> None:
        problem = await desk.refused(samples.animation(kind))

        assert (problem.status, problem.code) == (422, "animated_picture")
        assert "frame" in problem.try_

    @pytest.mark.parametrize(
        "data",
        [
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- hello -->\n<SVG width="60000"/>',
            '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16"),
        ],
    )
    async def test_svg_is_refused(self, desk: Desk, data: bytes) -> None:
        problem = await desk.refused(data)

        assert (problem.status, problem.code) == (415, "unsupported_picture_type")
        assert "SVG" in problem.detail

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"%PDF-1.7\n", "PDF"),
            (b"8BPS\x00\x01", "Photoshop"),
            (b"BM" + bytes(60), "bitmap"),
            (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video"),
            (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "raw"),
            (b"\x1aE\xdf\xa3\x93B\x82\x88matroska", "video"),
        ],
    )
    async def test_other_kinds_are_called_by_their_name(
        self, desk: Desk, data: bytes, word: str
    ) -> None:
        problem = await desk.refused(data)

        assert (problem.status, problem.code) == (415, "unsupported_picture_type")
        assert word in problem.detail

    @pytest.mark.parametrize("data", [b"Dear diary, no picture today.", b"PK\x03\x04", bytes(999)])
    async def test_what_is_no_picture_is_refused(self, desk: Desk, data: bytes) -> None:
        problem = await desk.refused(data)

        assert (problem.status, problem.code) == (415, "not_a_picture")

    async def test_an_empty_file_is_refused(self, desk: Desk) -> None:
        problem = await desk.refused(b"")

        assert (problem.status, problem.code) == (422, "empty_file")

    async def test_a_tiny_picture_is_refused(self, desk: Desk) -> None:
        problem = await desk.refused(samples.encode(samples.drawing(63, 400), "PNG"))

        assert (problem.status, problem.code) == (422, "picture_too_small")
        assert "63 × 400" in problem.detail

    async def test_a_tiff_of_many_pages_gives_its_first(self, desk: Desk) -> None:
        first, *others = samples.frames()

        picture = await desk.read(
            samples.encode(first, "TIFF", save_all=True, append_images=others)
        )

        assert picture.notes == (Note.FIRST_PAGE_ONLY,)
        assert _corners(picture.master) == ["red", "green", "yellow", "blue"]


def _readers() -> list[int]:
    """Return the ids of the reading processes that this test run has."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"onmodel.storage.picture_process" in command:
            found.append(int(folder.name))
    return found


def _half_written(desk: Desk) -> bool:
    return (desk.folder / "out" / "master.png").exists()


@cache
def _large_picture() -> bytes:
    """Return a small PNG of 64 megapixels, which takes seconds to save anew."""
    return samples.png(
        8000, 8000, depth=8, colours=2, rows=(b"\0" + bytes(range(240)) * 100) * 8000
    )


class TestProcess:
    async def test_a_reader_that_hangs_is_ended_and_the_next_picture_is_read(
        self, desk: Desk
    ) -> None:
        data = samples.encode(samples.drawing(), "JPEG")
        before = set(await asyncio.to_thread(_readers))
        async with Ingest(seconds=4) as reader:
            await desk.read(data, ingest=reader)
            (mine,) = set(await asyncio.to_thread(_readers)) - before
            os.kill(mine, signal.SIGSTOP)

            with pytest.raises(PictureTooComplexError) as caught:
                await desk.read(data, ingest=reader)
            assert (caught.value.status, caught.value.code) == (422, "picture_too_complex")
            assert mine not in await asyncio.to_thread(_readers)
            assert not _half_written(desk)

            assert (await desk.read(data, ingest=reader)).width == 400

    async def test_a_picture_that_wants_too_much_memory_is_stopped(self, desk: Desk) -> None:
        async with Ingest(memory_bytes=160 * 1024**2) as poor:
            problem = await desk.refused(_large_picture(), ingest=poor)
            assert problem.code == "picture_too_complex"

            assert (await desk.read(samples.encode(samples.drawing(), "PNG"), ingest=poor)).width

    async def test_a_killed_reader_is_replaced(self, desk: Desk) -> None:
        before = set(await asyncio.to_thread(_readers))
        async with Ingest() as reader:
            await desk.read(samples.encode(samples.drawing(), "PNG"), ingest=reader)
            (mine,) = set(await asyncio.to_thread(_readers)) - before
            os.kill(mine, signal.SIGKILL)

            assert (await desk.read(samples.encode(samples.drawing(), "PNG"), ingest=reader)).width

    async def test_no_reader_at_all_is_our_fault_and_not_the_pictures(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        async with Ingest() as broken:
            problem = await desk.refused(samples.encode(samples.drawing(), "PNG"), ingest=broken)

        assert (problem.status, problem.code) == (503, "picture_reader_unavailable")

    async def test_an_upload_that_is_given_up_leaves_no_process(self, desk: Desk) -> None:
        before = set(await asyncio.to_thread(_readers))
        async with Ingest() as reader:
            await desk.read(samples.encode(samples.drawing(), "JPEG"), ingest=reader)
            reading = asyncio.create_task(desk.read(_large_picture(), ingest=reader))
            while not _half_written(desk):
                done, _ = await asyncio.wait({reading}, timeout=0.02)
                assert not done
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            assert set(await asyncio.to_thread(_readers)) == before
            assert not _half_written(desk)

    async def test_closing_ends_every_process(self, desk: Desk, tmp_path: Path) -> None:
        before = set(await asyncio.to_thread(_readers))
        reader = Ingest(workers=2)
        data = samples.encode(samples.drawing(), "PNG")
        others = [Desk(tmp_path / str(at), reader) for at in range(4)]
        for other in others:
            await asyncio.to_thread(other.folder.mkdir)

        pictures = await asyncio.gather(*(other.read(data) for other in others))
        assert len({picture.sha256 for picture in pictures}) == 1
        assert len(set(await asyncio.to_thread(_readers)) - before) == 2

        await reader.close()
        assert set(await asyncio.to_thread(_readers)) == before

    async def test_a_reader_knows_no_secret(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ONMODEL_SECRET_KEY", "do not tell")
        before = set(await asyncio.to_thread(_readers))
        async with Ingest() as reader:
            await desk.read(samples.encode(samples.drawing(), "PNG"), ingest=reader)
            (mine,) = set(await asyncio.to_thread(_readers)) - before
            environment = await asyncio.to_thread(Path(f"/proc/{mine}/environ").read_bytes)
        assert b"do not tell" not in environment


async def test_a_kept_picture_is_in_the_store_once(desk: Desk, tmp_path: Path) -> None:
    store = open_store((tmp_path / "store").as_uri(), reserved_bytes=0)
    picture = await desk.read(samples.encode(samples.drawing(), "PNG"))

    blob = await keep(store, picture)

    assert await keep(store, picture) == blob
    assert (blob.sha256, blob.bytes) == (picture.sha256, picture.bytes)
    assert await store.exists(f"previews/{blob.sha256}/preview.webp")
    assert await store.exists(f"previews/{blob.sha256}/thumb.webp")


def test_every_note_has_a_sentence() -> None:
    assert all(note.sentence.endswith(".") for note in Note)
