"""Checks of uploaded bundles: each error and each warning has a row."""

from __future__ import annotations

import base64
import contextlib
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store.archive_check import CheckLimits
from core.store.bundle_check import Checked, check_bundle
from core.store.upload_records import UploadTask
from core.store.upload_report import NOTES, FindingCode, UploadRefused, is_error
from tests.core.store.bundles import DOCUMENT, ID, MAP, OTHER_ID, SCRIPT, a_task, bundle_of, script, source_map, zipped

GOOD = bundle_of(
    [script(debug_id=ID), source_map({**DOCUMENT, "debug_id": ID}, debug_id=ID)], org="acme", project="shop"
)
DATA = Path(__file__).parents[2] / "data" / "store"
LIMITS = CheckLimits()
SNIPPET = b'!function(){e._sentryDebugIds=e._sentryDebugIds||{},e._sentryDebugIds[n]="%b"}();\n'


def check(bundle: bytes, task: UploadTask | None = None, limits: CheckLimits = LIMITS) -> Checked:
    return check_bundle(io.BytesIO(bundle), task or a_task(), limits)


def refused(bundle: bytes, task: UploadTask | None = None, limits: CheckLimits = LIMITS) -> list[str]:
    with pytest.raises(UploadRefused) as caught:
        check(bundle, task, limits)
    assert all(is_error(finding) for finding in caught.value.findings)
    return [finding.code for finding in caught.value.findings]


def codes(*files: tuple[str, bytes, dict[str, Any]], task: UploadTask | None = None, **attributes: Any) -> list[str]:
    return [finding.code for finding in check(bundle_of(files, **attributes), task).findings]


def encrypted(bundle: bytes) -> bytes:
    """Set the flag of the first member, here and in the table of contents."""
    changed = bytearray(bundle)
    changed[8 + 6] |= 1
    changed[bundle.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def manifest_of(*paths: str) -> bytes:
    return orjson.dumps({"files": {path: {"type": "minified_source", "url": f"~/{path}"} for path in paths}})


def of_method(method: int) -> bytes:
    return zipped([("a.js", b"a" * 100)], manifest_of("a.js"), method)


def bundles_of_clients() -> list[Any]:
    document = orjson.loads((DATA / "bundles.json").read_bytes())
    return [pytest.param(each, id=each["name"]) for each in document["bundles"]]


@pytest.mark.parametrize("recorded", bundles_of_clients())
def test_bundles_of_real_clients_are_fine(recorded):
    assembled = recorded["assemble"]
    task = a_task(release=assembled.get("version"), dist=assembled.get("dist"))
    checked = check(base64.b64decode(recorded["base64"]), task)
    assert [finding.code for finding in checked.findings] == []
    assert checked.counts.files >= 2


def damaged() -> bytes:
    bundle = zipped([("a.js", b"content")], manifest_of("a.js"), zipfile.ZIP_STORED)
    return bundle.replace(b"content", b"confuse")


ERRORS = [
    pytest.param(b"", FindingCode.NOT_A_BUNDLE, id="nothing"),
    pytest.param(b"PK\x03\x04" + b"\0" * 40, FindingCode.NOT_A_BUNDLE, id="no-magic"),
    pytest.param(b"SYSB\x02\0\0\0no archive", FindingCode.NOT_A_BUNDLE, id="no-archive"),
    pytest.param(GOOD[:-10], FindingCode.NOT_A_BUNDLE, id="cut-short"),
    pytest.param(zipped([("a.js", b"")], None), FindingCode.MANIFEST_MISSING, id="no-manifest"),
    pytest.param(zipped([], b"{"), FindingCode.MANIFEST_MALFORMED, id="manifest-is-no-json"),
    pytest.param(zipped([], b'{"files":[]}'), FindingCode.MANIFEST_MALFORMED, id="manifest-of-another-shape"),
    pytest.param(zipped([], b'{"files":{}}'), FindingCode.EMPTY, id="no-files"),
    pytest.param(zipped([], manifest_of("a.js")), FindingCode.MEMBER_MISSING, id="named-but-not-there"),
    pytest.param(damaged(), FindingCode.MEMBER_DAMAGED, id="another-checksum"),
    pytest.param(encrypted(GOOD), FindingCode.SUSPICIOUS_ARCHIVE, id="encrypted"),
    pytest.param(of_method(zipfile.ZIP_BZIP2), FindingCode.SUSPICIOUS_ARCHIVE, id="bzip2"),
    pytest.param(of_method(zipfile.ZIP_LZMA), FindingCode.SUSPICIOUS_ARCHIVE, id="lzma"),
    pytest.param(zipped([("../a.js", b"")], manifest_of("../a.js")), FindingCode.SUSPICIOUS_ARCHIVE, id="leads-out"),
    pytest.param(
        zipped([("a\\..\\a.js", b"")], manifest_of("a.js")), FindingCode.SUSPICIOUS_ARCHIVE, id="leads-out-backwards"
    ),
    pytest.param(zipped([("/a.js", b"")], manifest_of("/a.js")), FindingCode.SUSPICIOUS_ARCHIVE, id="absolute"),
]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("bundle, code", ERRORS)
def test_a_bundle_is_refused(bundle, code):
    assert refused(bundle) == [code]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_two_members_of_one_name_are_refused():
    assert refused(zipped([("a.js", b"1"), ("a.js", b"2")], manifest_of("a.js"))) == [FindingCode.SUSPICIOUS_ARCHIVE]


def test_members_that_overlap_are_refused():
    bundle = bytearray(zipped([("a.js", b"a" * 1000), ("b.js", b"")], manifest_of("a.js", "b.js"), zipfile.ZIP_STORED))
    second = bundle.index(b"PK\x01\x02", bundle.index(b"PK\x01\x02") + 1)
    bundle[second + 20 : second + 24] = struct.pack("<I", 5000)
    assert refused(bytes(bundle)) == [FindingCode.SUSPICIOUS_ARCHIVE]


@pytest.mark.parametrize(
    "limits, code",
    [
        pytest.param(CheckLimits(max_files=1), FindingCode.TOO_MANY_FILES, id="too-many-files"),
        pytest.param(CheckLimits(max_manifest_bytes=10), FindingCode.MANIFEST_MALFORMED, id="too-large-manifest"),
        pytest.param(CheckLimits(max_file_bytes=100), FindingCode.FILE_TOO_LARGE, id="too-large-file"),
        pytest.param(CheckLimits(max_unpacked_bytes=100), FindingCode.SUSPICIOUS_ARCHIVE, id="too-much-unpacked"),
    ],
)
def test_what_exceeds_a_limit_is_refused(limits, code):
    assert refused(GOOD, limits=limits)[0] == code


def test_a_bomb_is_refused_before_anything_is_unpacked():
    bomb = bytearray(bundle_of([script(b"\0" * 1_000_000, debug_id=ID)]))
    entry = bomb.index(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 2_000_000_000)
    assert refused(bytes(bomb), limits=CheckLimits(max_file_bytes=1 << 40)) == [FindingCode.SUSPICIOUS_ARCHIVE]


def test_a_manifest_of_a_million_files_is_refused():
    manifest = b'{"files":{' + b",".join(b'"%d":{}' % number for number in range(1_000_000)) + b"}}"
    assert refused(zipped([], manifest)) == [FindingCode.TOO_MANY_FILES]


@pytest.mark.parametrize(
    "task, code",
    [
        pytest.param(a_task(release=None), FindingCode.NOTHING_TO_FIND_BY, id="neither-release-nor-ids"),
        pytest.param(a_task(release="undefined"), FindingCode.NOTHING_TO_FIND_BY, id="release-undefined-is-none"),
        pytest.param(a_task(release="r" * 251), FindingCode.BAD_RELEASE, id="long-release"),
        pytest.param(a_task(release="a\nb"), FindingCode.BAD_RELEASE, id="release-with-newline"),
        pytest.param(a_task(dist="d" * 65), FindingCode.BAD_DIST, id="long-dist"),
    ],
)
def test_an_upload_is_refused(task, code):
    assert refused(bundle_of([script(), source_map()]), task) == [code]


def test_a_release_of_the_manifest_is_checked_as_well():
    assert refused(bundle_of([script()], release="a\nb"), a_task(release=None)) == [FindingCode.BAD_RELEASE]


def test_a_good_upload_has_no_findings():
    checked = check(GOOD)
    assert checked.findings == []
    assert (checked.counts.files, checked.counts.minified, checked.counts.maps) == (2, 1, 1)
    assert (checked.counts.debug_ids, checked.counts.names) == (1, 2)
    assert checked.release == "web@1.0"
    assert [(each.name, each.debug_id, each.reference) for each in checked.files] == [
        (SCRIPT, ID, "app.min.js.map"),
        (MAP, ID, None),
    ]


def test_release_and_dist_of_the_request_come_before_those_of_the_manifest():
    bundle = bundle_of([script(debug_id=ID)], release="manifest", dist="8")
    assert (check(bundle).release, check(bundle).dist) == ("web@1.0", "8")
    assert check(bundle, a_task(release=None, dist="7")).release == "manifest"
    assert check(bundle, a_task(release=None, dist="7")).dist == "7"


WARNINGS = [
    pytest.param(
        [script(debug_id=ID), script(name="~/b.js", content=b"b()")],
        {"release": None},
        FindingCode.DEBUG_ID_MISSING,
        id="one-file-without-an-id",
    ),
    pytest.param(
        [script(b"a()\n//# debugId=%b\n" % OTHER_ID.encode(), debug_id=ID), source_map(debug_id=ID)],
        {},
        FindingCode.DEBUG_ID_DIFFERS,
        id="other-id-in-the-comment",
    ),
    pytest.param(
        [script(debug_id=ID), source_map({**DOCUMENT, "debugId": OTHER_ID}, debug_id=ID)],
        {},
        FindingCode.DEBUG_ID_DIFFERS,
        id="other-id-in-the-map",
    ),
    pytest.param(
        [script(debug_id=ID), source_map({**DOCUMENT, "debugId": OTHER_ID}, debug_id=OTHER_ID)],
        {},
        FindingCode.DEBUG_ID_DIFFERS,
        id="map-of-another-build",
    ),
    pytest.param(
        [script(SNIPPET % OTHER_ID.encode() + b"a()", debug_id=ID), source_map(debug_id=ID)],
        {},
        FindingCode.DEBUG_ID_IN_CODE_DIFFERS,
        id="other-id-registered-at-the-start",
    ),
    pytest.param(
        [script(b"a();" * 20_000 + SNIPPET % OTHER_ID.encode(), debug_id=ID), source_map(debug_id=ID)],
        {},
        FindingCode.DEBUG_ID_IN_CODE_DIFFERS,
        id="other-id-registered-at-the-end",
    ),
    pytest.param(
        [script(debug_id=ID), script(b"b()", "~/b.js", debug_id=ID), source_map(debug_id=ID)],
        {},
        FindingCode.DEBUG_ID_TWICE,
        id="two-files-with-one-id",
    ),
    pytest.param(
        [script(), source_map(name="~/other/app.min.js.map")],
        {},
        FindingCode.REFERENCE_NOT_FOUND,
        id="reference-leads-nowhere",
    ),
    pytest.param(
        [script(debug_id=ID), source_map(content=b"[]", debug_id=ID)], {}, FindingCode.MAP_MALFORMED, id="map-is-a-list"
    ),
    pytest.param(
        [script(debug_id=ID), source_map(content=b"{", debug_id=ID)], {}, FindingCode.MAP_MALFORMED, id="map-is-no-json"
    ),
    pytest.param(
        [script(debug_id=ID), source_map({**DOCUMENT, "version": 2}, debug_id=ID)],
        {},
        FindingCode.MAP_MALFORMED,
        id="map-of-version-2",
    ),
    pytest.param(
        [script(debug_id=ID), source_map({"version": 3}, debug_id=ID)],
        {},
        FindingCode.MAP_MALFORMED,
        id="map-without-mappings",
    ),
    pytest.param([script(b"a()"), source_map()], {}, FindingCode.MAP_UNUSED, id="nobody-refers-to-the-map"),
    pytest.param(
        [script(debug_id=ID), source_map({**DOCUMENT, "sourcesContent": [None]}, debug_id=ID)],
        {},
        FindingCode.SOURCES_MISSING,
        id="null-content",
    ),
    pytest.param(
        [
            script(debug_id=ID),
            source_map({"version": 3, "sections": [{"map": {**DOCUMENT, "sourcesContent": []}}]}, debug_id=ID),
        ],
        {},
        FindingCode.SOURCES_MISSING,
        id="no-content-in-a-section",
    ),
    pytest.param(
        [script(b"<!doctype html><title>404</title>", debug_id=ID), source_map(debug_id=ID)],
        {},
        FindingCode.HTML_INSTEAD,
        id="page-for-a-script",
    ),
    pytest.param(
        [script(debug_id=ID), source_map(content=b"<html></html>", debug_id=ID)],
        {},
        FindingCode.HTML_INSTEAD,
        id="page-for-a-map",
    ),
    pytest.param([script(b"a()", "~app.js")], {}, FindingCode.NAME_ODD, id="no-slash-after-the-tilde"),
    pytest.param([script(b"a()", "/home/me/app.js")], {}, FindingCode.NAME_ODD, id="path-of-linux"),
    pytest.param([script(b"a()", "~/Users/me/app.js")], {}, FindingCode.NAME_ODD, id="path-of-macos"),
    pytest.param([script(b"a()", "C:\\build\\app.js")], {}, FindingCode.NAME_ODD, id="path-of-windows"),
    pytest.param([script(b"a()", "~/a\\app.js")], {}, FindingCode.NAME_ODD, id="backslash"),
    pytest.param([script(b"a()", "~//app.js")], {}, FindingCode.NAME_ODD, id="two-slashes"),
    pytest.param(
        [script(b"a()", "~/staticassets/app.js"), script(b"b()", "~/assets/b.js")],
        {},
        FindingCode.NAME_ODD,
        id="prefix-glued-on",
    ),
    pytest.param(
        [script(debug_id=ID), source_map(debug_id=ID)],
        {"release": "undefined"},
        FindingCode.RELEASE_NO_NAME,
        id="release-undefined",
    ),
    pytest.param([script(b"a()", f"~/{ID}-0.js", debug_id=ID)], {}, FindingCode.NAMES_BY_ID_ONLY, id="named-by-ids"),
]


@pytest.mark.parametrize("files, changes, code", WARNINGS)
def test_an_upload_is_taken_with_a_finding(files, changes, code):
    checked = check(bundle_of(files), a_task(**changes))
    assert [finding.code for finding in checked.findings if finding.code == code] == [code]
    assert not any(is_error(finding) for finding in checked.findings)


def test_other_orgs_and_projects_of_the_manifest_are_told():
    (finding,) = [
        each
        for each in check(bundle_of([script(b"a()")], org="o", project="p")).findings
        if each.code == FindingCode.OTHER_ORG
    ]
    assert "the org o" in finding.said
    assert "the project p" in finding.said


def test_every_code_that_a_bundle_alone_can_have_is_tried():
    tried = {code for row in (*ERRORS, *WARNINGS) for code in row.values if isinstance(code, FindingCode)}
    elsewhere = {
        FindingCode.TOO_MANY_FILES,
        FindingCode.FILE_TOO_LARGE,
        FindingCode.NOTHING_TO_FIND_BY,
        FindingCode.BAD_RELEASE,
        FindingCode.BAD_DIST,
        FindingCode.OTHER_ORG,
        # What needs the store, or the process that checks.
        FindingCode.TOO_LARGE,
        FindingCode.CHECKSUM_DIFFERS,
        FindingCode.QUOTA,
        FindingCode.UNCHECKABLE,
        FindingCode.MAP_MISSING,
        FindingCode.REPLACES,
        # What is no bundle yet: test_folder_bundles.
        FindingCode.LINK_SKIPPED,
    }
    assert tried | elsewhere == set(FindingCode)
    assert frozenset(FindingCode) >= NOTES


def test_the_bytecode_of_hermes_is_nothing_but_headers():
    assert codes(script(b"", debug_id=ID, sourcemap="app.min.js.map"), source_map(debug_id=ID)) == []


def test_a_map_inside_of_its_file_is_none_that_is_missing():
    content = b"a()\n//# sourceMappingURL=data:application/json;base64,e30=\n"
    checked = check(bundle_of([script(content, debug_id=ID)]))
    assert checked.findings == []
    assert checked.maps_wanted == []
    assert checked.files[0].reference is None


def test_a_file_whose_map_may_be_in_another_upload_is_asked_about():
    checked = check(bundle_of([script(b"a()", debug_id=ID)]))
    assert checked.maps_wanted == [(SCRIPT, ID)]


def test_nearest_names_are_told():
    (finding,) = check(bundle_of([script(), source_map(name="~/x/app.min.js.map")])).findings[:1]
    assert "near to it: ~/x/app.min.js.map" in finding.said


def test_what_is_too_much_is_read_but_not_looked_into():
    bad = source_map(content=b"{", debug_id=ID)
    checked = check(bundle_of([script(debug_id=ID), bad]), limits=CheckLimits(check_bytes=1))
    assert (checked.findings, checked.unchecked) == ([], 1)


def test_a_map_with_a_line_of_junk_in_front_is_a_map():
    text = b")]}'\n" + orjson.dumps(DOCUMENT)
    assert codes(script(debug_id=ID), source_map(content=text, debug_id=ID)) == []


@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 255))
def test_garbage_raises_our_error_and_no_other(tail, place, byte):
    flipped = bytearray(GOOD)
    flipped[place % len(flipped)] = byte
    for bundle in (GOOD[:8] + tail, bytes(flipped), GOOD[: place % len(GOOD)] + tail):
        with contextlib.suppress(UploadRefused):
            check(bundle)


MEMBERS = st.sampled_from(["version", "sections", "map", "sources", "sourcesContent", "mappings", "debugId"])
LEAVES = st.none() | st.integers(-5, 5) | st.text(alphabet="abc", max_size=5)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=5))


@given(JSON)
def test_any_json_in_the_place_of_a_map_is_told_of(document):
    checked = check(bundle_of([script(debug_id=ID), source_map(content=orjson.dumps(document), debug_id=ID)]))
    assert checked.counts.files == 2
