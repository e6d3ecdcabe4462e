import io
import json
import struct
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MalformedBundle
from core.files.artifact_bundle import MAX_MANIFEST_BYTES, Bundle, write_bundle
from core.files.debug_ids import DebugId
from core.files.file_keys import FileType
from core.files.manifest import ManifestType

ID = DebugId("0f5a1c2e-3d4b-4a5c-8d6e-7f8091a2b3c4")
APP = "run()\n//# sourceMappingURL=app.js.map"
APP_MAP = '{"version":3,"sources":[],"names":[],"mappings":""}'


def a_pair() -> dict[str, tuple[str | bytes, dict[str, Any]]]:
    return {
        "files/_/_/app.js": (
            APP,
            {"type": "minified_source", "url": "~/app.js", "headers": {"debug-id": ID, "sourcemap": "app.js.map"}},
        ),
        "files/_/_/app.js.map": (APP_MAP, {"type": "source_map", "url": "~/app.js.map", "headers": {"debug-id": ID}}),
    }


def archive_of(
    members: dict[str, bytes], magic: bytes = b"SYSB\x02\0\0\0", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    out.write(magic)
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return out.getvalue()


def bundle_of(manifest: Any, **members: bytes) -> bytes:
    return archive_of({**members, "manifest.json": json.dumps(manifest).encode()})


def one_file(**info: Any) -> dict[str, Any]:
    return {"files": {"a": info}}


def text_at(bundle: Bundle, url: str, max_bytes: int | None = None) -> bytes | None:
    member = bundle.member_by_url(url)
    return None if member is None else bundle.read(member, max_bytes)


def text_with_id(bundle: Bundle, debug_id: str, file_type: FileType) -> bytes | None:
    member = bundle.member_by_debug_id(DebugId(debug_id), file_type)
    return None if member is None else bundle.read(member)


# Reading and writing


def test_what_was_written_is_found_again():
    bundle = Bundle.open(write_bundle(a_pair(), org="acme", release="web@2"))
    assert text_at(bundle, "~/app.js") == APP.encode()
    assert text_at(bundle, "~/app.js.map") == APP_MAP.encode()
    assert text_with_id(bundle, ID, FileType.MINIFIED_SOURCE) == APP.encode()
    assert text_with_id(bundle, ID, FileType.SOURCE_MAP) == APP_MAP.encode()


def test_a_written_bundle_is_what_other_readers_expect():
    content = write_bundle(a_pair(), release="web@2")
    assert content[:8] == b"SYSB\x02\0\0\0"
    assert content[8:12] == b"PK\x03\x04"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["files/_/_/app.js", "files/_/_/app.js.map", "manifest.json"]
        assert archive.infolist()[0].header_offset == 8
        assert archive.infolist()[0].date_time[:3] == (1980, 1, 1)
        assert json.loads(archive.read("manifest.json"))["release"] == "web@2"


def test_the_same_files_give_the_same_bytes():
    assert write_bundle(a_pair(), org="acme") == write_bundle(a_pair(), org="acme")


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
            lambda path: path != "manifest.json"
        ),
        st.text(st.characters(codec="utf-8"), max_size=200),
        max_size=8,
    )
)
@settings(max_examples=50)
def test_any_text_under_any_path_comes_back(texts):
    bundle = Bundle.open(write_bundle({path: (text, {"url": f"~/{path}"}) for path, text in texts.items()}))
    assert {path: text_at(bundle, f"~/{path}") for path in texts} == {
        path: text.encode() for path, text in texts.items()
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"SYSB\x02\0\0\0" + archive_of(dict.fromkeys(["x"], b""), magic=b""), id="no-manifest"),
        pytest.param(b"", id="empty"),
        pytest.param(b"SYSB\x02\0\0\0", id="shorter-than-16-bytes"),
        pytest.param(b"SYSB" + bytes(100), id="magic-and-zeros"),
        pytest.param(write_bundle(a_pair())[8:], id="zip-without-magic"),
        pytest.param(b"sysb" + write_bundle(a_pair())[4:], id="magic-in-lower-case"),
        pytest.param(b"<!doctype html><title>502 Bad Gateway</title>", id="html-page"),
        pytest.param(write_bundle(a_pair())[:-1], id="last-byte-missing"),
        pytest.param(write_bundle(a_pair())[:300], id="half-of-it"),
        pytest.param(b"SYSB\x02\0\0\0" + b"PK\x05\x06" + bytes(18), id="archive-of-nothing"),
        pytest.param(archive_of({"manifest.json": b"{"}), id="manifest-is-not-json"),
        pytest.param(archive_of({"manifest.json": b'{"files":{}} x'}), id="manifest-with-something-behind"),
        pytest.param(archive_of({"manifest.json": b'{"org":"\xff"}'}), id="manifest-is-not-utf8"),
        pytest.param(archive_of({"manifest.json": b"\xef\xbb\xbf{}"}), id="manifest-with-byte-order-mark"),
        pytest.param(archive_of({"manifest.json": b""}), id="manifest-is-empty"),
        pytest.param(archive_of({"manifest.json": b"[" * 100_000}), id="manifest-nested-deeply"),
        pytest.param(archive_of({"Manifest.json": b"{}"}), id="manifest-name-in-upper-case"),
        pytest.param(archive_of({"manifest.json": b"{}"}, method=zipfile.ZIP_BZIP2), id="manifest-in-bzip2"),
    ],
)
def test_what_is_no_bundle_is_refused(content):
    with pytest.raises(MalformedBundle):
        Bundle.open(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(archive_of({"manifest.json": b"{}"}), id="empty-manifest"),
        pytest.param(archive_of({"manifest.json": b"{}"}, magic=b"SYSB\x63\0\0\0"), id="version-99"),
        pytest.param(
            b"SYSB\x02\0\0\0" + archive_of({"manifest.json": b"{}"}, magic=b""), id="offsets-from-the-zip-start"
        ),
        pytest.param(archive_of({"manifest.json": b"{}"}, method=zipfile.ZIP_STORED), id="stored"),
        pytest.param(archive_of({"manifest.json": b"{}"}), id="offsets-from-the-file-start"),
    ],
)
def test_odd_but_proper_bundles_open(content):
    assert Bundle.open(content).member_by_url("~/app.js") is None


# Looking up


def test_a_debug_id_is_found_only_with_its_type():
    bundle = Bundle.open(bundle_of(one_file(type="source", headers={"debug-id": ID}), a=b"text"))
    assert text_with_id(bundle, ID, FileType.SOURCE) == b"text"
    assert text_with_id(bundle, ID, FileType.MINIFIED_SOURCE) is None


@pytest.mark.parametrize(
    "info",
    [
        pytest.param({"headers": {"debug-id": ID}}, id="no-type"),
        pytest.param({"type": None, "headers": {"debug-id": ID}}, id="type-null"),
        pytest.param({"type": "minified_source"}, id="no-header"),
        pytest.param({"type": "minified_source", "headers": {"debug-id": "bogus"}}, id="unparsable"),
        pytest.param({"type": "minified_source", "headers": {"debug-id": f"{ID}-1"}}, id="other-appendix"),
        pytest.param({"type": "minified_source", "headers": {"debug_id": ID}}, id="header-with-underscore"),
    ],
)
def test_a_file_without_id_or_type_is_not_found_by_id(info):
    bundle = Bundle.open(bundle_of({"files": {"a": info}}, a=f"//# debugId={ID}".encode()))
    assert bundle.member_by_debug_id(ID, FileType.MINIFIED_SOURCE) is None


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("0F5A1C2E-3D4B-4A5C-8D6E-7F8091A2B3C4", id="upper-case"),
        pytest.param("0f5a1c2e3d4b4a5c8d6e7f8091a2b3c4", id="compact"),
        pytest.param("0f5a1c2e-3d4b-4a5c-8d6e-7f8091a2b3c4-0", id="appendix-zero"),
    ],
)
def test_the_same_debug_id_spelled_otherwise_is_found(spelling):
    bundle = Bundle.open(bundle_of(one_file(type="source_map", headers={"Debug-Id": spelling}), a=b"{}"))
    assert text_with_id(bundle, ID, FileType.SOURCE_MAP) == b"{}"


@pytest.mark.parametrize("file_type", ["source", "minified_source", "source_map", "indexed_ram_bundle", None])
def test_a_url_is_found_whatever_its_type(file_type):
    bundle = Bundle.open(bundle_of(one_file(type=file_type, url="~/a.js"), a=b"text"))
    assert text_at(bundle, "~/a.js") == b"text"
    member = bundle.member_by_url("~/a.js")
    assert member is not None
    assert member.type == (None if file_type is None else ManifestType(file_type))


@pytest.mark.parametrize("url", ["~/A.js", "~/a.js ", "/a.js", "~/a.js?", "files/a.js", "~/path.js"])
def test_a_url_is_found_only_as_it_is(url):
    manifest = {"files": {"files/a.js": {"url": "~/a.js", "path": "~/path.js"}}}
    assert Bundle.open(bundle_of(manifest)).member_by_url(url) is None


def test_an_empty_url_is_no_url():
    assert Bundle.open(bundle_of(one_file(url=""), a=b"text")).member_by_url("") is None


def test_of_two_files_with_one_url_the_one_with_the_later_path_counts():
    manifest = {"files": {"b": {"url": "~/x"}, "a": {"url": "~/x"}}}
    assert text_at(Bundle.open(bundle_of(manifest, a=b"first", b=b"second")), "~/x") == b"second"


def test_of_two_files_with_one_id_the_one_with_the_later_path_counts():
    info = {"type": "source_map", "headers": {"debug-id": ID}}
    bundle = Bundle.open(bundle_of({"files": {"b": info, "a": info}}, a=b"first", b=b"second"))
    assert text_with_id(bundle, ID, FileType.SOURCE_MAP) == b"second"


# Members that can't be had


def test_a_member_that_the_manifest_makes_up_is_not_there():
    assert text_at(Bundle.open(bundle_of(one_file(url="~/a"))), "~/a") is None


def test_a_member_that_the_manifest_does_not_name_is_ignored():
    assert Bundle.open(bundle_of({}, a=b"text")).member_by_url("a") is None


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd"])
def test_names_of_members_never_lead_out_of_the_archive(path):
    manifest = {"files": {path: {"url": "~/a"}}}
    assert text_at(Bundle.open(bundle_of(manifest)), "~/a") is None
    assert text_at(Bundle.open(bundle_of(manifest, **{path: b"inside"})), "~/a") == b"inside"


@pytest.mark.parametrize(
    "max_bytes, expected",
    [
        pytest.param(4, b"text", id="exactly-the-limit"),
        pytest.param(3, None, id="one-byte-over"),
        pytest.param(None, b"text", id="no-limit"),
    ],
)
def test_a_member_may_be_as_long_as_the_limit(max_bytes, expected):
    assert text_at(Bundle.open(bundle_of(one_file(url="~/a"), a=b"text")), "~/a", max_bytes) == expected


def test_an_empty_member_is_there():
    assert text_at(Bundle.open(bundle_of(one_file(url="~/a"), a=b"")), "~/a") == b""


def directory_entry(content: bytes, path: bytes) -> int:
    """Return where the entry for ``path`` starts in the archive's table of contents."""
    return content.rindex(path, 0, content.rindex(b"PK\x05\x06")) - 46


def patched(content: bytes, position: int, value: bytes) -> bytes:
    return content[:position] + value + content[position + len(value) :]


def a_bundle_with_a_lie(offset: int, value: bytes) -> bytes:
    content = bundle_of({"files": {"aaaa": {"url": "~/a"}}}, aaaa=b"text" * 100)
    return patched(content, directory_entry(content, b"aaaa") + offset, value)


def crc_of_a_prefix(length: int) -> bytes:
    return struct.pack("<I", zlib.crc32((b"text" * 100)[:length]))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(a_bundle_with_a_lie(8, b"\x01\0"), id="encrypted"),
        pytest.param(a_bundle_with_a_lie(8, b"\x40\0"), id="strongly-encrypted"),
        pytest.param(a_bundle_with_a_lie(10, b"\x0c\0"), id="bzip2"),
        pytest.param(a_bundle_with_a_lie(10, b"\x5d\0"), id="zstd"),
        pytest.param(a_bundle_with_a_lie(16, b"\0\0\0\0"), id="wrong-checksum"),
        pytest.param(a_bundle_with_a_lie(20, b"\1\0\0\0"), id="compressed-size-too-small"),
        pytest.param(a_bundle_with_a_lie(24, b"\x91\1\0\0"), id="claims-a-byte-more"),
        pytest.param(a_bundle_with_a_lie(24, b"\x8f\1\0\0"), id="claims-a-byte-less"),
        pytest.param(a_bundle_with_a_lie(24, b"\xff\xff\xff\x7f"), id="claims-two-gigabytes"),
        pytest.param(a_bundle_with_a_lie(42, b"\xff\xff\xff\x7f"), id="starts-beyond-the-end"),
        pytest.param(a_bundle_with_a_lie(42, b"\0\0\0\0"), id="starts-at-our-own-header"),
        pytest.param(a_bundle_with_a_lie(46, b"bbbb"), id="is-named-otherwise"),
    ],
)
def test_a_member_that_lies_is_not_there(content):
    assert text_at(Bundle.open(content), "~/a") is None


def test_a_member_may_claim_more_room_than_it_takes():
    assert text_at(Bundle.open(a_bundle_with_a_lie(20, b"\xff\xff\xff\0")), "~/a") == b"text" * 100


def test_a_member_that_goes_on_after_a_true_beginning_is_not_there():
    content = a_bundle_with_a_lie(24, b"\x04\0\0\0")
    content = patched(content, directory_entry(content, b"aaaa") + 16, crc_of_a_prefix(4))
    assert text_at(Bundle.open(content), "~/a") is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_last_counts():
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"first")
        archive.writestr("a", b"second")
        archive.writestr("manifest.json", json.dumps(one_file(url="~/a")))
    assert text_at(Bundle.open(out.getvalue()), "~/a") == b"second"


@given(st.data())
@settings(max_examples=300)
def test_damage_is_refused_or_missed_but_never_a_crash(data):
    content = bytearray(write_bundle(a_pair(), release="web@2"))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        bundle = Bundle.open(bytes(content))
    except MalformedBundle:
        return
    for url in ("~/app.js", "~/app.js.map"):
        assert text_at(bundle, url, 1 << 20) in (None, APP.encode(), APP_MAP.encode())


# Limits


def test_a_manifest_beyond_64_mebibytes_is_refused():
    with pytest.raises(MalformedBundle, match="67108864"):
        Bundle.open(archive_of({"manifest.json": b" " * (MAX_MANIFEST_BYTES + 1)}))


def test_an_archive_of_a_million_members_is_refused_before_it_is_listed():
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 8, 0)
    with pytest.raises(MalformedBundle, match="files: 1000000, at most 100000"):
        Bundle.open(b"SYSB\x02\0\0\0" + directory + end)


def test_bundles_with_other_members_have_other_digests():
    first = Bundle.open(write_bundle({"a": ("one", {"url": "~/a"})}))
    second = Bundle.open(write_bundle({"a": ("two", {"url": "~/a"})}))
    assert first.digest != second.digest
    assert first.digest == Bundle.open(write_bundle({"a": ("one", {"url": "~/a"})})).digest
