"""One contract, three stores: a local folder, memory, and real S3 (SeaweedFS)."""

import asyncio
import hashlib
import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from onmodel.kit.errors import StorageFullError
from onmodel.storage.errors import FileMissingError, StorageUnavailableError
from onmodel.storage.keys import blob_key, preview_key
from onmodel.storage.store import SINGLE_PUT_BYTES, Store, open_store
from tests.support.weed import Weed

ABSENT = blob_key("0" * 64)


@pytest.fixture(params=["local", "memory", pytest.param("s3", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return open_store((tmp_path / "store").as_uri(), reserved_bytes=0)
    if request.param == "memory":
        return open_store("memory://")
    return _s3(request.getfixturevalue("weed"), uuid4().hex)


def _s3(weed: Weed, prefix: str) -> Store:
    return open_store(
        weed.url(prefix),
        access_key_id=weed.access_key_id,
        secret_access_key=weed.secret_access_key,
    )


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


async def _read(store: Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.open_range(key, start, end)])


class TestContract:
    async def test_bytes_lie_under_their_sha256(self, store: Store) -> None:
        data = b"a character sheet"

        blob = await store.put_bytes(data)

        digest = hashlib.sha256(data).hexdigest()
        assert blob.sha256 == digest
        assert blob.bytes == len(data)
        assert blob.key == f"blobs/{digest[:2]}/{digest[2:4]}/{digest}"
        assert await store.get_bytes(blob.key) == data
        assert await store.size(blob.key) == len(data)
        assert await store.exists(blob.key)

    async def test_a_file_is_stored_as_its_bytes_are(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "übergröße – 猫.bin"
        path.write_bytes(b"same bytes")

        assert await store.put_file(path) == await store.put_bytes(b"same bytes")

    async def test_a_file_too_large_for_one_put_travels_in_parts(
        self, store: Store, tmp_path: Path
    ) -> None:
        path = tmp_path / "large.bin"
        path.write_bytes(os.urandom(SINGLE_PUT_BYTES + 12_345))

        blob = await store.put_file(path)

        assert blob.bytes == SINGLE_PUT_BYTES + 12_345
        assert hashlib.sha256(await _read(store, blob.key)).hexdigest() == blob.sha256
        assert await store.put_file(path) == blob

    async def test_many_writers_of_the_same_bytes_agree(self, store: Store) -> None:
        blobs = await asyncio.gather(*(store.put_bytes(b"same") for _ in range(16)))

        assert len(set(blobs)) == 1
        assert await store.get_bytes(blobs[0].key) == b"same"

    async def test_an_empty_object_is_an_object(self, store: Store) -> None:
        blob = await store.put_bytes(b"")

        assert await store.size(blob.key) == 0
        assert await _read(store, blob.key) == b""

    async def test_a_range_is_half_open(self, store: Store) -> None:
        blob = await store.put_bytes(bytes(range(200)))

        assert await _read(store, blob.key, 10, 15) == bytes([10, 11, 12, 13, 14])
        assert await _read(store, blob.key, 190) == bytes(range(190, 200))
        assert await _read(store, blob.key, 7, 7) == b""

    async def test_a_preview_lies_beside_its_picture(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "thumb.webp"
        path.write_bytes(b"RIFF")
        sha256 = "ab" * 32

        key = await store.put_preview(sha256, "thumb", path)

        assert key == preview_key(sha256, "thumb") == f"previews/{sha256}/thumb.webp"
        assert await store.get_bytes(key) == b"RIFF"

    async def test_what_is_missing_is_said_so(self, store: Store) -> None:
        assert not await store.exists(ABSENT)
        with pytest.raises(FileMissingError) as caught:
            await store.size(ABSENT)
        assert (caught.value.status, caught.value.code) == (404, "file_missing")
        with pytest.raises(FileMissingError):
            await store.get_bytes(ABSENT)
        with pytest.raises(FileMissingError):
            await _read(store, ABSENT, 0, 4)

    async def test_deleting_twice_is_fine(self, store: Store) -> None:
        blob = await store.put_bytes(b"gone soon")

        await store.delete(blob.key)
        await store.delete(blob.key)

        assert not await store.exists(blob.key)


class TestLocal:
    async def test_a_full_disk_is_refused_before_anything_is_written(self, tmp_path: Path) -> None:
        store = open_store(tmp_path.as_uri(), reserved_bytes=1 << 62)

        with pytest.raises(StorageFullError) as caught:
            await store.put_bytes(b"one more")

        assert (caught.value.status, caught.value.code) == (507, "disk_full")
        assert _files(tmp_path) == []

    async def test_bytes_already_stored_need_no_room(self, tmp_path: Path) -> None:
        blob = await open_store(tmp_path.as_uri(), reserved_bytes=0).put_bytes(b"here")

        assert await open_store(tmp_path.as_uri(), reserved_bytes=1 << 62).put_bytes(b"here") == (
            blob
        )

    async def test_no_half_written_file_stays_behind(self, tmp_path: Path) -> None:
        store = open_store(tmp_path.as_uri(), reserved_bytes=0)

        blob = await store.put_bytes(b"whole")

        assert _files(tmp_path) == [blob.key]

    async def test_nobody_but_us_signs_links_of_a_folder(self, tmp_path: Path) -> None:
        store = open_store(tmp_path.as_uri(), reserved_bytes=0)

        assert await store.signed_url(ABSENT, expires_in=timedelta(minutes=1)) is None


@pytest.mark.s3
class TestS3:
    async def test_a_signed_url_hands_out_the_object_and_parts_of_it(self, weed: Weed) -> None:
        store = _s3(weed, uuid4().hex)
        blob = await store.put_bytes(b"0123456789")

        url = await store.signed_url(blob.key, expires_in=timedelta(minutes=1))

        assert url is not None
        async with httpx2.AsyncClient(timeout=60) as client:
            whole = await client.get(url)
            part = await client.get(url, headers={"Range": "bytes=2-4"})
            suffix = await client.get(url, headers={"Range": "bytes=-3"})
        assert (whole.status_code, whole.content) == (200, b"0123456789")
        assert (part.status_code, part.content) == (206, b"234")
        assert (suffix.status_code, suffix.content) == (206, b"789")

    async def test_a_changed_or_expired_url_is_refused(self, weed: Weed) -> None:
        store = _s3(weed, uuid4().hex)
        blob = await store.put_bytes(b"secret")
        other = await store.put_bytes(b"another secret")

        good = await store.signed_url(blob.key, expires_in=timedelta(minutes=1))
        expired = await store.signed_url(blob.key, expires_in=timedelta(seconds=0))

        assert good is not None
        assert expired is not None
        async with httpx2.AsyncClient(timeout=60) as client:
            changed = await client.get(good.replace(blob.key, other.key))
            late = await client.get(expired)
        assert changed.status_code == 403
        assert late.status_code in {400, 403}

    async def test_a_wrong_secret_is_a_store_that_does_not_answer(self, weed: Weed) -> None:
        store = open_store(
            weed.url("x"), access_key_id=weed.access_key_id, secret_access_key="wrong"
        )

        with pytest.raises(StorageUnavailableError):
            await store.put_bytes(b"never stored")


@pytest.mark.parametrize("url", ["ftp://host/x", "s3:///no-bucket", "/a/path"])
def test_a_storage_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="storage URL"):
        open_store(url)


@pytest.mark.parametrize("sha256", ["", "AB" * 32, "../" + "a" * 61, "a" * 63])
def test_a_key_is_made_of_a_sha256_only(sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        blob_key(sha256)
