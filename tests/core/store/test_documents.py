"""Records, lists of files, tokens, and requests to assemble, as they are written and read."""

from __future__ import annotations

import base64
import gzip

import orjson
import pytest

from core.store.access_tokens import (
    ADMIN,
    AccessToken,
    Right,
    bearer_token,
    is_admin,
    new_token_text,
    token_end,
    token_sha256,
)
from core.store.upload_protocol import BadUpload, max_request_bytes, options_document, read_assemble_request
from core.store.upload_records import (
    Contents,
    ListedMember,
    MalformedDocument,
    UploadFinding,
    UploadRecord,
    decode,
    decode_contents,
    encode,
    encode_contents,
    rfc3339,
)
from core.store.upload_report import FindingCode, make_report, refused_text

SHA1 = "0123456789abcdef0123456789abcdef01234567"
RECORD = UploadRecord(
    id="1796094000123-0a1b2c3d",
    org="acme",
    projects=["shop"],
    created=rfc3339(1796094000123),
    bytes=1454,
    sha1=SHA1,
    sha256="0" * 64,
)


def test_a_record_comes_back_and_unknown_members_are_left_alone():
    document = orjson.loads(encode(RECORD))
    assert document["created"] == "2026-12-01T03:00:00.123Z"
    assert document["report"] == {"errors": 0, "warnings": 0, "first": [], "unchecked": 0}
    assert decode(orjson.dumps({**document, "later": 1}), UploadRecord) == RECORD


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"v":2}', b"\xff"])
def test_a_damaged_record_says_so(content):
    with pytest.raises(MalformedDocument):
        decode(content, UploadRecord)


def test_a_record_of_a_newer_program_is_not_misread():
    with pytest.raises(MalformedDocument, match="newer than this program"):
        decode(encode(RECORD).replace(b'"v":1', b'"v":2'), UploadRecord)


def test_equal_lists_of_files_are_equal_bytes():
    contents = Contents(projects=["shop"], files=[ListedMember(name="~/a.js", path="files/a.js")])
    assert encode_contents(contents) == encode_contents(contents)
    assert decode_contents(encode_contents(contents)) == contents


@pytest.mark.parametrize("packed", [b"", b"no gzip", gzip.compress(b"{}", mtime=0)[:-9], gzip.compress(b"{}", mtime=0)])
def test_a_damaged_list_of_files_says_so(packed):
    with pytest.raises(MalformedDocument):
        decode_contents(packed)


def test_a_list_of_files_that_unpacks_to_too_much_says_so(monkeypatch):
    monkeypatch.setattr("core.store.upload_records.MAX_CONTENTS_BYTES", 1000)
    with pytest.raises(MalformedDocument, match="too long"):
        decode_contents(gzip.compress(b" " * 2000 + b"{}"))


def test_a_report_has_the_gravest_first_and_at_most_twenty_of_a_code():
    findings = [UploadFinding(FindingCode.NAME_ODD, "odd", f"~{number}") for number in range(25)]
    report = make_report(
        [
            *findings,
            UploadFinding(FindingCode.REPLACES, "note"),
            UploadFinding(FindingCode.DEBUG_ID_DIFFERS, "worse", "a"),
        ]
    )
    assert [each.code for each in report.findings] == ["debug_id_differs", *["name_odd"] * 20, "replaces"]
    assert report.findings[20].more == 5
    assert (report.errors, report.warnings) == (0, 26)
    text = refused_text(report, 14)
    assert text.splitlines()[0] == "refused: 26 problems in 14 files"
    assert text.splitlines()[1] == "debug_id_differs a: worse"
    assert text.splitlines()[-1] == "… and 6 more"
    assert len(text.splitlines()) == 22


def test_one_problem_is_no_plural():
    assert refused_text(make_report([UploadFinding(FindingCode.EMPTY, "there are no files in it")]), 0) == (
        "refused: 1 problem\nempty: there are no files in it"
    )


def test_options_have_what_clients_insist_on():
    options = options_document("https://h/api/0/organizations/acme/chunk-upload/", 2 << 30)
    assert options["chunkSize"] > 0
    assert options["hashAlgorithm"] == "sha1"
    assert options["accept"] == ["release_files", "artifact_bundles", "artifact_bundles_v2"]
    assert "zstd" not in options["compression"]
    assert max_request_bytes() == 33554432 * 102 // 100 + 65536


@pytest.mark.parametrize(
    "body, said",
    [
        pytest.param(b"", "no request to assemble", id="empty"),
        pytest.param(b"[]", "no request to assemble", id="no-object"),
        pytest.param(b'{"checksum":1,"chunks":[],"projects":["a"]}', "$.checksum", id="checksum-is-no-text"),
        pytest.param(b'{"checksum":"x","chunks":[],"projects":["a"]}', "checksum: expected 40 hex", id="checksum"),
        pytest.param(b'{"checksum":"%b","chunks":["y"],"projects":["a"]}', "chunks: expected 40 hex", id="chunk"),
        pytest.param(b'{"checksum":"%b","chunks":[],"projects":[]}', "projects: there is none", id="no-project"),
        pytest.param(b'{"checksum":"%b","chunks":[],"projects":["a b"]}', "'a b' is no slug", id="bad-project"),
        pytest.param(b'{"checksum":"%b","chunks":[],"projects":["a"],"version":"a\\nb"}', "bad_release", id="newline"),
        pytest.param(b'{"checksum":"%b","chunks":[],"projects":["a"],"dist":"\\u0000"}', "bad_dist", id="nul"),
    ],
)
def test_requests_to_assemble_that_make_no_sense(body, said):
    with pytest.raises(BadUpload, match=said.replace("$", r"\$")):
        read_assemble_request(body.replace(b"%b", SHA1.encode()))


def test_names_of_ten_kilobytes_are_refused_and_too_many_projects():
    for changes in (
        {"version": "r" * 10_000},
        {"dist": "d" * 65},
        {"projects": ["p" * 10_000]},
        {"projects": ["p"] * 51},
    ):
        with pytest.raises(BadUpload):
            read_assemble_request(orjson.dumps({"checksum": SHA1, "chunks": [], "projects": ["a"], **changes}))


def test_projects_are_lowered_sorted_and_each_once():
    body = orjson.dumps({"checksum": SHA1, "chunks": [SHA1, SHA1], "projects": ["Shop", "app", "shop"]})
    request = read_assemble_request(body)
    assert request.projects == ["app", "shop"]
    assert request.distinct_chunks == [SHA1]


def test_a_token_with_a_url_says_org_and_server_as_sentry_cli_reads_it():
    text = new_token_text("acme", "https://um.example", 1796094000)
    prefix, claims, random = text.split("_")
    assert prefix == "sntrys"
    assert orjson.loads(base64.b64decode(claims)) == {
        "iat": 1796094000,
        "url": "https://um.example",
        "region_url": "https://um.example",
        "org": "acme",
    }
    assert len(random) == 43


def test_a_token_without_a_url_is_plain_and_none_comes_twice():
    one, other = (new_token_text("acme", None, 0) for _ in range(2))
    assert one.startswith("umt_")
    assert len(one) == 47
    assert one != other
    assert token_sha256(one) != token_sha256(other)
    assert one.endswith(token_end(one))


def test_what_a_token_allows():
    token = AccessToken(name="ci", org="acme", projects=["shop"], expires=10)
    assert token.allows(Right.UPLOAD)
    assert not token.allows(Right.READ)
    assert token.is_for_org("acme")
    assert not token.is_for_org("other")
    assert token.other_projects(["shop", "app"]) == ["app"]
    assert token.is_expired(10)
    assert not token.is_expired(9.9)
    assert decode(encode(token), AccessToken) == token
    assert ADMIN.is_for_org("any")
    assert ADMIN.other_projects(["any"]) == []


@pytest.mark.parametrize(
    "header, expected",
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Token abc", None),
        ("Basic YTpi", None),
        ("Bearer", None),
        ("Bearer ä", None),
        (f"Bearer {'a' * 3000}", None),
        (None, None),
    ],
)
def test_bearer_token(header, expected):
    assert bearer_token(header) == expected


def test_the_operators_token_is_compared_as_a_whole():
    assert is_admin("a" * 32, "a" * 32)
    assert not is_admin("a" * 31, "a" * 32)
    assert not is_admin("", None)
