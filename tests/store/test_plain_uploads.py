"""Plain uploads: what ``curl`` sends, what comes of it, and what is listed afterwards."""

from __future__ import annotations

import asyncio
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.files.artifact_bundle import Bundle
from core.store.access_tokens import Right
from core.store.store_keys import OrgKeys
from core.store.upload_records import decode_contents
from tests.core.store.bundles import CODE, DOCUMENT, ID, bundle_of, script, source_map
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import Reply, UploadClient, a_token

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAP = orjson.dumps(DOCUMENT)
HERMES = bytes.fromhex("c61fbc03c103191f") + b"\0" * 100
FILES = [("./assets/app.js", CODE), ("./assets/app.min.js.map", MAP), ("./logo.png", b"\x89PNG")]


def tar_gz(files: Iterable[tuple[str, bytes]], links: Iterable[tuple[str, str]] = ()) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def zip_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def form(files: Iterable[tuple[str, bytes]]) -> tuple[bytes, str]:
    """Return a body as ``curl -F`` sends it, and its content type."""
    head = '--b0undary\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'
    parts = b"".join((head % name).encode() + content + b"\r\n" for name, content in files)
    return parts + b"--b0undary--\r\n", "multipart/form-data; boundary=b0undary"


@pytest.fixture
def client(service: StoreService) -> UploadClient:
    return UploadClient(service.origin, ADMIN_TOKEN)


async def send(client: UploadClient, body: bytes, query: str = "release=web%401.0", **headers: str) -> Reply:
    return await client.call("POST", f"/artifacts/acme/shop/uploads?{query}", body, **headers)


def names(service: StoreService, upload: str) -> dict[str, Any]:
    """Return the files of an upload by name: type, debug id, reference."""
    contents = decode_contents((service.folder / OrgKeys("acme").contents(upload)).read_bytes())
    return {file.name: (file.type, file.debug_id, file.reference) for file in contents.files}


async def test_a_tar_gz_of_a_folder_becomes_a_bundle(client, service):
    body = tar_gz(FILES)
    reply = await send(client, body, "release=web%401.0&dist=7&url_prefix=~/static")
    assert reply.status == 201, reply.body
    record = reply.document
    assert (record["org"], record["projects"], record["release"], record["dist"]) == ("acme", ["shop"], "web@1.0", "7")
    assert (record["kind"], record["counts"]["files"], record["report"]["warnings"]) == ("tar", 2, 0)
    assert names(service, record["id"]) == {
        "~/static/assets/app.js": ("minified_source", None, "app.min.js.map"),
        "~/static/assets/app.min.js.map": ("source_map", None, None),
    }
    kept = Bundle.open((service.folder / OrgKeys("acme").bundle(record["id"])).read_bytes())
    member = kept.member_by_url("~/static/assets/app.js")
    assert member is not None
    assert kept.read(member) == CODE
    again = await send(client, body, "release=web%401.0&dist=7&url_prefix=~/static")
    assert (again.status, again.document["id"]) == (200, record["id"])
    elsewhere = await send(client, body, "release=web%401.0&dist=7&url_prefix=~/other/")
    assert elsewhere.status == 201


async def test_a_zip_of_a_folder(client, service):
    reply = await send(client, zip_of([("a.js", b"a()"), ("a.js.map", MAP), ("x/index.html", b"<p>")]))
    assert reply.status == 201, reply.body
    assert names(service, reply.document["id"]) == {
        "~/a.js": ("minified_source", None, "a.js.map"),
        "~/a.js.map": ("source_map", None, None),
    }


async def test_files_of_a_form(client, service):
    body, kind = form([("app.js", CODE), ("app.min.js.map", MAP)])
    reply = await send(client, body, **{"Content-Type": kind})
    assert reply.status == 201, reply.body
    assert sorted(names(service, reply.document["id"])) == ["~/app.js", "~/app.min.js.map"]


async def test_a_bundle_is_kept_as_it_is(client, service):
    bundle = bundle_of([script(b"plain()", debug_id=ID), source_map(debug_id=ID)])
    reply = await send(client, bundle, "")
    assert reply.status == 201, reply.body
    assert (service.folder / OrgKeys("acme").bundle(reply.document["id"])).read_bytes() == bundle


async def test_a_bundle_without_its_magic_keeps_its_manifest(client, service):
    bundle = bundle_of([script(b"zip()", "https://a.example/x.js", debug_id=ID), source_map(debug_id=ID)])
    reply = await send(client, bundle[8:], "")
    assert reply.status == 201, reply.body
    assert names(service, reply.document["id"])["https://a.example/x.js"][1] == ID


async def test_debug_ids_are_read_from_the_files(client, service):
    code = b"b();\n//# sourceMappingURL=b.js.map\n//# debugId=%b\n" % ID.encode()
    text = orjson.dumps({**DOCUMENT, "debug_id": ID})
    hermes_map = orjson.dumps({**DOCUMENT, "debugId": ID})
    files = [("b.js", code), ("b.js.map", text), ("main.jsbundle", HERMES), ("main.jsbundle.map", hermes_map)]
    reply = await send(client, tar_gz(files), "")
    assert reply.status == 201, reply.body
    found = names(service, reply.document["id"])
    assert {name: each[1] for name, each in found.items()} == dict.fromkeys(found, ID)
    assert found["~/main.jsbundle"] == ("minified_source", ID, "main.jsbundle.map")
    document = (await client.get(f"/artifacts/acme/uploads/{reply.document['id']}")).document
    assert {file["name"]: file["size"] for file in document["files"]}["~/main.jsbundle"] == 0


async def test_links_are_left_out_and_said(client):
    reply = await send(client, tar_gz(FILES, [("x.js", "/etc/passwd")]), "release=links")
    assert reply.status == 201
    assert [finding["code"] for finding in reply.document["report"]["first"]] == ["link_skipped"]


async def test_the_report_as_text(client):
    reply = await send(client, tar_gz([("t.js", b"t()")]), "release=text", Accept="text/plain")
    assert reply.status == 201
    head, *rest = reply.body.decode().splitlines()
    assert head.startswith("uploaded 1")
    assert "to acme/shop, release text: 1 files, 0 source maps" in head
    assert rest == []
    refused = await send(client, tar_gz([("u.js", b"u()")]), "", Accept="text/plain")
    assert refused.status == 422
    assert refused.body.decode().splitlines()[0] == "refused: 1 problem"


async def test_a_strict_upload_is_refused_for_a_warning(client, service):
    files = tar_gz([("w.js", b"w()"), ("w.js.map", b"{}")])
    before = service.objects("v1/o/acme/uploads/*")
    refused = await send(client, files, "release=strict&strict=true")
    assert refused.status == 422
    assert "map_malformed" in refused.document["error"]
    assert refused.document["report"]["warnings"] == 1
    assert service.objects("v1/o/acme/uploads/*") == before
    assert (await send(client, files, "release=strict")).status == 201
    assert (await send(client, files, "release=strict&strict=1")).status == 422


@pytest.mark.parametrize(
    "body, query, status, said",
    [
        pytest.param(b"", "", 415, "neither an artifact bundle", id="nothing"),
        pytest.param(b"hello world", "", 415, "neither an artifact bundle", id="text"),
        pytest.param(tar_gz(FILES)[:-9], "release=r", 422, "not_a_bundle: no tar.gz, or a damaged", id="cut-tar"),
        pytest.param(tar_gz(FILES), "", 422, "nothing_to_find_by", id="nothing-to-find-by"),
        pytest.param(tar_gz(FILES), "relase=r", 400, "relase: there is no such parameter", id="typo"),
        pytest.param(tar_gz(FILES), "release=r&release=s", 400, "release: given twice", id="twice-given"),
        pytest.param(tar_gz(FILES), "strict=maybe", 400, "strict: expected true or false", id="strict"),
        pytest.param(tar_gz(FILES), f"release={'r' * 251}", 400, "bad_release", id="release"),
        pytest.param(tar_gz(FILES), f"url_prefix={'r' * 501}", 400, "url_prefix: at most", id="prefix"),
        pytest.param(bundle_of([script(debug_id=ID)]), "url_prefix=~/x", 400, "have their names already", id="bundle"),
    ],
)
async def test_what_is_refused(client, service, body, query, status, said):
    before = service.objects("v1/o/acme/uploads/*")
    reply = await send(client, body, query)
    assert reply.status == status, reply.body
    assert said in reply.document["error"]
    assert service.objects("v1/o/acme/uploads/*") == before


@pytest.mark.parametrize(
    "body, said",
    [
        pytest.param(form([("a.js", b"a"), ("a.js", b"b")])[0], "two files are called 'a.js'", id="twice"),
        pytest.param(form([("a" * 1001, b"a")])[0], "longer than 1000 characters", id="long-name"),
        pytest.param(form([("", b"a")])[0], "there are no files in the form", id="no-files"),
        pytest.param(form(FILES)[0][:-20], "ends too early", id="cut"),
        pytest.param(b"no form", "the body is not multipart/form-data", id="no-form"),
    ],
)
async def test_forms_that_are_refused(client, body, said):
    reply = await send(client, body, **{"Content-Type": form([])[1]})
    assert (reply.status, list(reply.document)) == (400, ["error"])
    assert said in reply.document["error"]


async def test_rights_are_needed(service):
    reader = UploadClient(service.origin, a_token(service.folder, allow=[Right.READ], projects=["shop"]))
    refused = await send(reader, tar_gz(FILES))
    assert (refused.status, refused.document) == (403, {"error": "this token may not upload"})
    uploader = UploadClient(service.origin, a_token(service.folder))
    assert (await uploader.get("/artifacts/acme/uploads")).status == 403
    assert (await uploader.get("/artifacts/other/uploads")).document == {
        "error": "this token is for the org acme, not other"
    }
    assert (await UploadClient(service.origin, None).get("/artifacts/acme/uploads")).status == 401
    assert (await uploader.get("/artifacts/acme/nothing")).status == 404
    assert (await reader.get("/artifacts/acme/uploads?project=other")).status == 403


async def test_uploads_are_listed_newest_first_page_by_page(client):
    ids = []
    for number in range(5):
        reply = await send(client, tar_gz([(f"{number}.js", b"%d" % number)]), "release=list")
        ids.append(reply.document["id"])
    first = (await client.get("/artifacts/acme/uploads?release=list&limit=3")).document
    assert [each["id"] for each in first["uploads"]] == ids[:1:-1]
    rest = (await client.get(f"/artifacts/acme/uploads?release=list&limit=3&after={first['after']}")).document
    assert ([each["id"] for each in rest["uploads"]], rest["after"]) == (ids[1::-1], None)
    everything = (await client.get("/artifacts/acme/uploads?limit=2")).document
    assert [each["id"] for each in everything["uploads"]] == ids[:2:-1]
    by_name = (await client.get("/artifacts/acme/uploads?release=list&name=~/3.js")).document
    assert [each["id"] for each in by_name["uploads"]] == [ids[3]]
    assert (await client.get("/artifacts/acme/uploads?name=~/3.js")).status == 400
    assert (await client.get("/artifacts/acme/uploads?project=other")).document["uploads"] == []


async def test_an_upload_is_shown_fetched_and_deleted(client, service):
    bundle = bundle_of([script(b"deleted()", "~/deleted.js", debug_id=ID)])
    record = (await send(client, bundle, "release=gone")).document
    shown = (await client.get(f"/artifacts/acme/uploads/{record['id']}")).document
    assert shown["files"][0]["name"] == "~/deleted.js"
    assert shown["report"] == record["report"]
    assert [each["id"] for each in (await client.get(f"/artifacts/acme/uploads?debug_id={ID}")).document["uploads"]]
    fetched = await client.get(f"/artifacts/acme/uploads/{record['id']}/bundle")
    assert fetched.body == bundle
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert (await client.call("DELETE", f"/artifacts/acme/uploads/{record['id']}")).status == 204
    assert (await client.get(f"/artifacts/acme/uploads/{record['id']}")).status == 404
    assert not [key for key in service.objects() if record["id"] in key]


async def test_releases_are_listed_and_deleted(client):
    for number in range(2):
        await send(client, tar_gz([(f"{number}.js", b"%d" % number)]), "release=web%2F2%20a&dist=1")
    listed = (await client.get("/artifacts/acme/releases?limit=100")).document["releases"]
    (found,) = [each for each in listed if each["release"] == "web/2 a"]
    assert (found["uploads"], found["projects"]) == (2, ["shop"])
    assert found["bytes"] > 0
    target = "/artifacts/acme/releases/web%2F2%20a"
    assert (await client.call("DELETE", f"{target}?dist=2")).document == {"deleted": 0}
    assert (await client.call("DELETE", target)).document == {"deleted": 2}
    listed = (await client.get("/artifacts/acme/releases?limit=100")).document["releases"]
    assert "web/2 a" not in [each["release"] for each in listed]
    page = (await client.get("/artifacts/acme/releases?limit=1")).document
    rest = (await client.get(f"/artifacts/acme/releases?limit=1&after={page['after']}")).document
    assert page["releases"] != rest["releases"]


async def test_a_token_of_a_project_sees_and_deletes_its_own_only(client, service):
    record = (await send(client, tar_gz([("p.js", b"p")]), "release=own")).document
    other = UploadClient(service.origin, a_token(service.folder, projects=["other"], allow=[Right.READ, Right.DELETE]))
    assert (await other.get("/artifacts/acme/uploads")).document["uploads"] == []
    assert (await other.get(f"/artifacts/acme/uploads/{record['id']}")).status == 404
    assert (await other.call("DELETE", f"/artifacts/acme/uploads/{record['id']}")).status == 404
    assert (await other.call("DELETE", "/artifacts/acme/releases/own")).document == {"deleted": 0}
    assert (await other.call("DELETE", "/api/0/organizations/acme/releases/own/")).status == 404
    assert (await client.get(f"/artifacts/acme/uploads/{record['id']}")).status == 200


async def test_usage(client):
    usage = (await client.get("/artifacts/acme/usage")).document
    assert usage["uploads"] > 0
    assert usage["bytes"] > 0
    assert usage["limit"] is None


async def test_curl_as_the_docs_say(service, tmp_path: Path):
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "assets/c.js").write_bytes(b"curl()")
    (dist / "assets/c.js.map").write_bytes(MAP)
    for command in (
        f"tar cz -C {dist} . | curl -s -T - -H 'Authorization: Bearer {ADMIN_TOKEN}' -H 'Accept: text/plain' -X POST ",
        f"cd {dist}/assets; curl -s -H 'Authorization: Bearer {ADMIN_TOKEN}' -H 'Accept: text/plain' "
        "-F file=@c.js -F file=@c.js.map ",
    ):
        url = f"{service.origin}/artifacts/acme/shop/uploads?release=curl"
        curl = await asyncio.create_subprocess_shell(f"{command} '{url}'", stdout=asyncio.subprocess.PIPE)
        said, _ = await curl.communicate()
        assert said.startswith(b"uploaded 1"), said
