"""The upload API over HTTP: its answers, in the shapes and words that clients need."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest

from core.store.access_tokens import Right
from core.store.store_keys import OrgKeys
from core.store.upload_protocol import CHUNK_BYTES, max_request_bytes
from core.store.upload_records import Contents, UploadRecord, decode, decode_contents
from tests.core.store.bundles import ID, OTHER_ID, bundle_of, script, source_map
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import ASSEMBLE, CHUNKS, ORG, UploadClient, a_token, multipart, sha1

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUNDLE = bundle_of([script(debug_id=ID), source_map(debug_id=ID)], org="acme", project="shop")
SHA1 = "0123456789abcdef0123456789abcdef01234567"
LARGE = b"a" * CHUNK_BYTES


def numbered(number: int) -> bytes:
    """Return a bundle that no other test uploads."""
    return bundle_of([script(b"a(%d)" % number, f"~/{number}.js", debug_id=ID), source_map(debug_id=ID)])


@pytest.fixture
def client(service: StoreService) -> UploadClient:
    return UploadClient(service.origin, ADMIN_TOKEN)


def with_token(service: StoreService, **fields: Any) -> UploadClient:
    return UploadClient(service.origin, a_token(service.folder, **fields))


def records(service: StoreService) -> list[UploadRecord]:
    """Return the records of the store, the newest first."""
    folder = service.folder / "v1/o/acme/uploads"
    return [decode(path.read_bytes(), UploadRecord) for path in sorted(folder.iterdir())]


def contents(service: StoreService, upload: str) -> Contents:
    return decode_contents((service.folder / OrgKeys("acme").contents(upload)).read_bytes())


async def test_options_name_this_server(client, service):
    options = (await client.get(CHUNKS)).document
    assert options["url"] == f"{service.origin}{CHUNKS}"
    assert options["maxFileSize"] == 2147483648


async def test_an_upload_from_its_first_question_to_its_record(client, service):
    asked = await client.assemble(BUNDLE, version="web@1.0", dist="7")
    assert asked.document == {
        "state": "not_found",
        "missingChunks": [sha1(BUNDLE)],
        "detail": "1 of 1 chunks are missing: upload again",
    }
    sent = await client.send_chunks(BUNDLE)
    assert (sent.status, sent.body) == (200, b"")
    done = await client.assemble(BUNDLE, version="web@1.0", dist="7")
    assert done.document == {"state": "ok", "missingChunks": [], "detail": None}
    record = records(service)[0]
    assert (record.org, record.projects, record.release, record.dist) == ("acme", ["shop"], "web@1.0", "7")
    assert (record.bytes, record.sha1, record.by.token) == (len(BUNDLE), sha1(BUNDLE), "admin")
    assert record.report.warnings == 0
    keys = OrgKeys("acme")
    assert (service.folder / keys.bundle(record.id)).read_bytes() == BUNDLE
    assert [file.debug_id for file in contents(service, record.id).files] == [ID, ID]
    assert service.objects("v1/o/acme/pending/*") == []
    again = await client.assemble(BUNDLE, version="web@1.0", dist="7")
    assert again.document["state"] == "ok"
    assert [each.id for each in records(service) if each.sha1 == record.sha1] == [record.id]
    assert service.objects("v1/o/acme/used/*") == [f"v1/o/acme/used/{record.id}"]


async def test_a_bundle_in_several_chunks(client, service):
    bundle = numbered(1)
    chunks = [bundle[:100], bundle[100:200], bundle[200:]]
    await client.send_chunks(chunks[0], chunks[2])
    asked = await client.assemble(*chunks)
    assert asked.document["missingChunks"] == [sha1(chunks[1])]
    await client.send_chunks(chunks[1])
    assert (await client.assemble(*chunks)).document["state"] == "ok"


async def test_a_chunk_that_comes_twice_in_a_bundle_is_asked_for_once(client):
    asked = await client.assemble(b"same", b"same", b"other")
    assert asked.document["missingChunks"] == [sha1(b"same"), sha1(b"other")]
    assert asked.document["detail"] == "2 of 2 chunks are missing: upload again"


async def test_an_upload_without_chunks_is_not_found(client):
    assert (await client.assemble()).document == {"state": "not_found", "missingChunks": [], "detail": None}


async def test_a_refused_upload_says_why_and_says_so_again(client, service):
    bundle = bundle_of([script(b"a(2)")])
    for _ in range(2):
        refused = (await client.upload(bundle)).document
        assert refused["state"] == "error"
        assert refused["detail"].splitlines() == [
            "refused: 1 problem",
            "nothing_to_find_by: no release is given, and no file has a debug id",
        ]
    assert not [each for each in records(service) if each.sha1 == sha1(bundle)]


async def test_chunks_that_are_something_else_together_are_refused(client):
    await client.send_chunks(b"x")
    refused = (await client.assemble(b"x", checksum=SHA1)).document
    assert refused["state"] == "error"
    assert "checksum_differs" in refused["detail"]


async def test_a_strict_token_refuses_warnings(service):
    bundle = bundle_of([script(b"a(3)\n//# debugId=%b\n" % OTHER_ID.encode(), debug_id=ID), source_map(debug_id=ID)])
    refused = (await with_token(service, strict=True).upload(bundle)).document
    assert refused["state"] == "error"
    assert refused["detail"].splitlines()[0] == "refused: 1 problem in 2 files"
    assert refused["detail"].splitlines()[1].startswith("debug_id_differs ~/assets/app.min.js: ")
    taken = (await with_token(service).upload(bundle)).document
    assert taken["state"] == "ok"
    assert records(service)[0].report.warnings == 1
    assert records(service)[0].report.findings[0].code == "debug_id_differs"


async def test_a_map_that_is_nowhere_is_warned_of_and_one_of_another_upload_is_not(client, service):
    other = "22222222-2222-4333-8444-555555555555"
    await client.upload(bundle_of([script(b"a(4)", debug_id=other)]))
    assert [each.code for each in records(service)[0].report.findings] == ["map_missing"]
    await client.upload(bundle_of([source_map(debug_id=other)]))
    await client.upload(bundle_of([script(b"a(5)", debug_id=other)]))
    assert [each.code for each in records(service)[0].report.findings] == []


async def test_other_content_under_the_same_names_is_noted(client, service):
    await client.upload(bundle_of([script(b"a(6)", "~/six.js")]), version="six")
    first = records(service)[0].id
    await client.upload(bundle_of([script(b"a(7)", "~/six.js")]), version="six")
    (finding,) = records(service)[0].report.findings
    assert (finding.code, finding.file) == ("replaces", "~/six.js")
    assert first in finding.said


async def test_more_chunks_than_the_largest_upload_has_are_refused(client):
    refused = (
        await client.call("POST", ASSEMBLE, {"checksum": SHA1, "chunks": [SHA1] * 257, "projects": ["shop"]})
    ).document
    assert refused["state"] == "error"
    assert refused["detail"].startswith("too_large: 257 chunks, at most 256")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"checksum":1}'])
async def test_bodies_that_make_no_sense(client, body):
    reply = await client.call("POST", ASSEMBLE, body)
    assert reply.status == 400
    assert "no request to assemble" in reply.detail


async def test_a_body_of_nine_megabytes_is_too_large(client):
    reply = await client.call("POST", ASSEMBLE, b" " * (9 << 20))
    assert (reply.status, reply.detail) == (413, "the request is larger than 8388608 bytes")


class TestChunks:
    async def test_plain_and_packed_ones_and_others_beside(self, client, service):
        parts = [
            ("file", sha1(b"plain"), b"plain"),
            ("other", "x", b"ignored"),
            ("file_gzip", sha1(b""), gzip.compress(b"")),
        ]
        assert (await client.send_parts(parts)).status == 200
        assert (service.folder / OrgKeys("acme").chunk(sha1(b"plain"))).read_bytes() == b"plain"

    async def test_no_part_is_fine(self, client):
        assert (await client.send_parts([])).status == 200

    @pytest.mark.parametrize(
        "parts, said",
        [
            pytest.param([("file", SHA1, b"other")], f"chunk {SHA1} has another checksum", id="other-content"),
            pytest.param([("file_gzip", SHA1, b"no gzip")], f"chunk {SHA1} is no gzip", id="no-gzip"),
            pytest.param([("file_gzip", SHA1, gzip.compress(b"abc")[:-4])], f"chunk {SHA1} is no gzip", id="cut-short"),
            pytest.param([("file", "name.js", b"")], "filename: expected 40 hex digits", id="no-sha1"),
            pytest.param([("file", SHA1.upper(), b"")], "filename: expected 40 hex digits", id="upper-case"),
            pytest.param(
                [("file", SHA1, b"a" * (CHUNK_BYTES + 1))], f"chunk {SHA1} is larger than 8388608", id="large"
            ),
            pytest.param(
                [("file_gzip", SHA1, b"a" * (CHUNK_BYTES + 70_000))], f"chunk {SHA1} is larger", id="large-packed"
            ),
            pytest.param([("file", sha1(b""), b"")] * 65, "more than 64 chunks", id="many"),
        ],
    )
    async def test_bad_ones_are_refused(self, client, parts, said):
        reply = await client.send_parts(parts)
        assert reply.status == 400
        assert reply.detail.startswith(said)

    async def test_one_that_unpacks_to_a_gigabyte_is_refused_and_takes_no_memory(self, client, service):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(1024)) + packer.flush()
        reply = await client.send_parts([("file_gzip", SHA1, bomb)])
        assert (reply.status, reply.detail) == (400, f"chunk {SHA1} is larger than 8388608 bytes")
        status = (Path("/proc") / str(service.api.process.popen.pid) / "status").read_text()
        assert int(status.split("VmHWM:")[1].split()[0]) < 300_000

    async def test_a_body_of_eight_megabytes_of_zeros_is_one_chunk(self, client):
        zeros = b"\0" * CHUNK_BYTES
        assert (await client.send_chunks(zeros)).status == 200

    async def test_one_body_may_have_as_much_as_the_options_say(self, client):
        chunks = [bytes([number]) * CHUNK_BYTES for number in range(4)]
        assert (await client.send_parts([("file", sha1(chunk), chunk) for chunk in chunks])).status == 200

    async def test_a_larger_one_is_refused_before_it_was_read(self, client):
        reply = await client.send_parts([("file", SHA1, b"a" * max_request_bytes())])
        assert reply.status == 413
        assert reply.detail.startswith("the request is larger than")

    @pytest.mark.parametrize(
        "body, kind",
        [
            pytest.param(b"", "multipart/form-data; boundary=x", id="nothing"),
            pytest.param(b"nonsense", "multipart/form-data; boundary=x", id="nonsense"),
            pytest.param(
                multipart([("file", sha1(b"a"), b"a")])[0][:-10], "multipart/form-data; boundary=x", id="other-boundary"
            ),
            pytest.param(b"{}", "application/json", id="json"),
            pytest.param(b"", "multipart/form-data", id="no-boundary"),
        ],
    )
    async def test_what_is_no_form_is_refused(self, client, body, kind):
        reply = await client.call("POST", CHUNKS, body, **{"Content-Type": kind})
        assert reply.status == 400
        assert "multipart/form-data" in reply.detail

    async def test_a_form_that_ends_too_early_is_refused(self, client):
        body, kind = multipart([("file", sha1(b"early"), b"early")])
        reply = await client.call("POST", CHUNKS, body[:-20], **{"Content-Type": kind})
        assert (reply.status, reply.detail) == (400, "the body is not multipart/form-data: it ends too early")


class TestTokens:
    @pytest.mark.parametrize(
        "header, said",
        [
            pytest.param(None, "a token is needed", id="none"),
            pytest.param("Token abc", "a token is needed", id="token"),
            pytest.param("Basic YTpi", "a token is needed", id="basic"),
            pytest.param("Bearer unknown", "this token is not known", id="unknown"),
        ],
    )
    async def test_refused(self, service, header, said):
        headers = {} if header is None else {"Authorization": header}
        reply = await UploadClient(service.origin, None).call("GET", CHUNKS, **headers)
        assert reply.status == 401
        assert reply.detail.startswith(said)
        assert reply.headers["www-authenticate"] == "Bearer"

    async def test_expired(self, service):
        reply = await with_token(service, expires=1.0).get(CHUNKS)
        assert (reply.status, reply.detail) == (401, "this token has expired")

    async def test_of_another_org(self, service):
        reply = await with_token(service, org="other").get(CHUNKS)
        assert (reply.status, reply.detail) == (403, "this token is for the org other, not acme")

    async def test_of_another_project(self, service):
        reply = await with_token(service, projects=["app"]).assemble(b"x", projects=["app", "shop"])
        assert (reply.status, reply.detail) == (403, "this token is for the project app, not for the project shop")

    async def test_without_the_right_to_upload(self, service):
        reply = await with_token(service, allow=[Right.READ]).get(CHUNKS)
        assert (reply.status, reply.detail) == (403, "this token may not upload")

    async def test_scopes(self, service):
        reply = await with_token(service, allow=[Right.UPLOAD, Right.DELETE]).get("/api/0/")
        assert reply.document == {"version": "0", "auth": {"scopes": ["org:ci", "project:admin"]}, "user": None}

    async def test_a_refused_one_writes_nothing(self, service):
        before = service.objects()
        reply = await with_token(service, org="other").send_chunks(b"never")
        assert reply.status == 403
        assert [each for each in service.objects() if each not in before and "/tokens/" not in each] == []


class TestOtherRoutes:
    async def test_what_clients_ask_of_an_organization(self, client, service):
        found = (await client.get(f"{ORG}/")).document
        assert found["slug"] == "acme"
        assert found["links"] == {"organizationUrl": service.origin, "regionUrl": service.origin}
        assert (await client.get(f"{ORG}/projects/?cursor=")).document == []
        assert (await client.get(f"{ORG}/repos/?cursor=")).document == []
        assert (await client.get("/api/0/users/me/regions/")).document == {"regions": []}
        assert (await with_token(service).get("/api/0/organizations/")).document[0]["slug"] == "acme"

    async def test_upper_case_is_lowered_and_nonsense_is_not_found(self, client):
        assert (await client.get("/api/0/organizations/ACME/")).document["slug"] == "acme"
        assert (await client.get("/api/0/organizations/a%20b/")).status == 404
        assert (await client.get("/api/0/organizations/%2e%2e/")).status == 404

    @pytest.mark.parametrize("place", ["/api/0/organizations/acme", "/api/0/projects/acme/shop"])
    async def test_releases_are_taken_and_not_kept(self, client, place):
        made = await client.call("POST", f"{place}/releases/", {"version": "new@1", "projects": ["shop"]})
        assert (made.status, made.document["version"]) == (201, "new@1")
        assert made.document["dateCreated"].endswith("Z")
        put = await client.call("PUT", f"{place}/releases/new@1/", {"dateReleased": "2026-12-01T00:00:00Z"})
        assert (put.status, put.document["version"]) == (200, "new@1")
        assert (await client.get(f"{place}/releases/new@1/previous-with-commits/")).document == {}
        assert (await client.get(f"{place}/releases/new@1/commits/")).document == []
        deployed = await client.call("POST", f"{place}/releases/new@1/deploys/", {"environment": "production"})
        assert (deployed.status, deployed.document) == (201, {"environment": "production", "id": "0"})
        assert (await client.get(f"{place}/releases/new@1/")).status == 404

    async def test_a_release_without_a_version(self, client):
        reply = await client.call("POST", f"{ORG}/releases/", {})
        assert (reply.status, reply.detail) == (400, "version: missing field")

    async def test_a_release_with_uploads_is_there_listed_and_deleted(self, client, service):
        release = "web/2@1+1 ä"
        for target in ("web%2F2@1+1%20%C3%A4", "web/2@1%2B1%20%c3%a4"):
            await client.upload(numbered(8), version=release)
            found = (await client.get(f"{ORG}/releases/{target}/")).document
            assert (found["version"], found["projects"]) == (release, [{"slug": "shop", "name": "shop"}])
            listed = (await client.get("/api/0/projects/acme/shop/releases/")).document
            assert listed[0]["version"] == release
            may_not = await with_token(service).call("DELETE", f"{ORG}/releases/{target}/")
            assert (may_not.status, may_not.detail) == (403, "this token may not delete")
            upload = records(service)[0].id
            assert (await client.call("DELETE", f"{ORG}/releases/{target}/")).status == 204
            left = [key for key in service.objects() if upload in key or upload[14:] in key]
            assert left == []
            assert (await client.get(f"{ORG}/releases/{target}/")).status == 404
            assert (await client.call("DELETE", f"{ORG}/releases/{target}/")).status == 404

    async def test_a_release_is_deleted_from_one_project_only(self, client):
        await client.upload(numbered(9), version="two", projects=["shop", "app"])
        assert (await client.call("DELETE", "/api/0/projects/acme/app/releases/two/")).status == 204
        assert (await client.get("/api/0/projects/acme/app/releases/two/")).status == 404
        assert (await client.get("/api/0/projects/acme/shop/releases/two/")).status == 200
        assert (await client.call("DELETE", "/api/0/projects/acme/shop/releases/two/")).status == 204
        assert (await client.get(f"{ORG}/releases/two/")).status == 404

    @pytest.mark.parametrize(
        "target",
        [
            "/api/0/projects/acme/shop/releases/web@1.0/files/",
            "/api/0/organizations/acme/releases/web@1.0/assemble/",
            "/api/0/projects/acme/shop/files/source-maps/",
        ],
    )
    async def test_single_files_are_told_to_be_gone(self, client, target):
        reply = await client.call("POST", target, b"")
        assert (reply.status, reply.detail) == (
            410,
            "single files can't be uploaded here: use sentry-cli sourcemaps upload",
        )

    async def test_what_is_not_there_says_so(self, client):
        reply = await client.get("/api/0/nothing?x=1")
        assert (reply.status, reply.detail) == (404, "no such route in Unmangle's upload API: GET /api/0/nothing")
        assert (await client.call("PATCH", CHUNKS)).status == 404
