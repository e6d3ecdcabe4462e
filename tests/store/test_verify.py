"""Verification of a deployment, over HTTP and by the command; and that workers find the same."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.core.store.bundles import CODE, DOCUMENT, ID, OTHER_ID, bundle_of, script, source_map
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import UploadClient
from worker.command.main import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "https://shop.example/assets/app.min.js"


@pytest.fixture
def client(service: StoreService) -> UploadClient:
    return UploadClient(service.origin, ADMIN_TOKEN)


async def verified(client: UploadClient, project: str, *files: dict[str, str], **names: str) -> list[Any]:
    body = {"files": list(files), **names}
    reply = await client.call("POST", f"/artifacts/acme/{project}/verify", body)
    assert reply.status == 200, reply.body
    return [(each["found"], each["map"], each["said"]) for each in reply.document["files"]]


async def frame(service: StoreService, project: str, file: dict[str, str], **names: str) -> Any:
    """Return what becomes of a frame of a file."""
    modules = [{"type": "sourcemap", "code_file": URL, "debug_id": file["debug_id"]}] if "debug_id" in file else []
    request = {
        "platform": "javascript",
        "stacktraces": [{"frames": [{"abs_path": file["name"], "lineno": 1, "colno": 1}]}],
        "modules": modules,
        "scraping": {"enabled": False},
        **names,
    }
    answer = await service.api.submit(request, f"?timeout=60&scope=acme/{project}")
    return answer["stacktraces"][0]["frames"][0].get("filename")


async def test_by_debug_id(client, service):
    await client.upload(bundle_of([script(b"1", debug_id=ID), source_map(debug_id=ID)]), projects=["byid"])
    await client.upload(bundle_of([script(b"2", debug_id=OTHER_ID)]), projects=["byid"])
    files = [{"name": URL, "debug_id": each} for each in (ID, OTHER_ID, "33333333-2222-4333-8444-555555555555")]
    assert await verified(client, "byid", *files) == [
        ("debug-id", True, f"found by the debug id {ID}"),
        ("debug-id", False, f"no upload has a source map with the debug id {OTHER_ID}"),
        (None, False, f"no upload has the debug id {files[2]['debug_id']}, and no release is given"),
    ]
    assert [await frame(service, "byid", file) for file in files[:1]] == ["a.ts"]
    assert (await verified(client, "other", files[0]))[0][:2] == (None, False)


async def test_by_release_and_name(client, service):
    bundle = bundle_of([script(CODE), source_map(), script(b"b()", "~/assets/b.js"), script(CODE, "~/x/c.js")])
    await client.upload(bundle, projects=["byname"], version="web@1.0", dist="7")
    names = {"release": "web@1.0", "dist": "7"}
    files = [{"name": name} for name in (f"{URL}?v=3", "~/assets/b.js", "~/x/c.js", "~/assets/d.js")]
    assert await verified(client, "byname", *files, **names) == [
        ("index", True, "found as ~/assets/app.min.js"),
        ("index", False, "it was uploaded as ~/assets/b.js, but it refers to no source map"),
        ("index", False, "it refers to app.min.js.map, and there is no such source map in the release"),
        (None, False, "it has no debug id, and the release web@1.0 with dist 7 has no file of this name"),
    ]
    assert await frame(service, "byname", files[0], **names) == "a.ts"
    for wrong in ({"release": "web@1.0"}, {"release": "web@1.1", "dist": "7"}, {"release": "undefined"}):
        assert (await verified(client, "byname", files[0], **wrong))[0][:2] == (None, False)


async def test_a_map_that_was_uploaded_apart(client, service):
    await client.upload(bundle_of([script(CODE)]), projects=["apart"], version="apart")
    assert (await verified(client, "apart", {"name": URL}, release="apart"))[0][1] is False
    await client.upload(bundle_of([source_map()]), projects=["apart"], version="apart")
    assert (await verified(client, "apart", {"name": URL}, release="apart"))[0][:2] == ("index", True)


@pytest.mark.parametrize(
    "body, said",
    [
        pytest.param(b"no", "the body is no request to verify", id="no-json"),
        pytest.param({"release": "x"}, "missing required field `files`", id="no-files"),
        pytest.param({"files": [{"name": "x"}] * 5001}, "files: 5001, at most 5000 are allowed", id="too-many"),
    ],
)
async def test_what_makes_no_sense(client, body, said):
    reply = await client.call("POST", "/artifacts/acme/shop/verify", body)
    assert reply.status == 400
    assert said in reply.document["error"]


async def test_the_command_ends_with_3_if_a_script_would_not_be_mapped(service, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_TOKEN", ADMIN_TOKEN)
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "a.js").write_bytes(b"command();\n//# sourceMappingURL=a.js.map\n")
    (dist / "a.js.map").write_text(
        '{"version":3,"sources":["a.ts"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}'
    )
    where = ["--server", service.origin, "--org", "acme", "--project", "command"]

    async def run(*words: str) -> int:
        return await asyncio.to_thread(main, [*words, *where])

    assert await run("artifacts", "verify", str(dist)) == 3
    assert "it has no debug id, and no release is given" in capsys.readouterr().out
    assert await run("upload", str(dist)) == 0
    capsys.readouterr()
    assert await run("artifacts", "verify", str(dist)) == 0
    assert capsys.readouterr().out == "1 of 1 scripts would be mapped\n"
    (dist / "b.js").write_text("b()")
    assert await run("artifacts", "verify", str(dist), "--json") == 3
    document = json.loads(capsys.readouterr().out)
    assert document["unmapped"] == 1
    assert [(each["name"], each["map"]) for each in document["files"]] == [("~/a.js", True), ("~/b.js", False)]


async def test_a_map_of_another_build_is_taken_reported_and_no_good_map(service, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_TOKEN", ADMIN_TOKEN)
    code = b"other();\n//# sourceMappingURL=o.js.map\n//# debugId=%b\n" % ID.encode()
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/o.js").write_bytes(code)
    (tmp_path / "dist/o.js.map").write_bytes(orjson.dumps({**DOCUMENT, "debugId": OTHER_ID}))
    where = ["--server", service.origin, "--org", "acme"]

    async def run(*words: str) -> tuple[int, str]:
        return await asyncio.to_thread(main, [*words, *where]), capsys.readouterr().out

    upload = ("upload", str(tmp_path / "dist"), "--project", "build", "--json")
    code_of_exit, out = await run(*upload)
    assert code_of_exit == 0
    record = json.loads(out)["upload"]
    assert record["report"]["warnings"] > 0
    shown = (await run("artifacts", "show", record["id"]))[1]
    assert "debug_id_differs ~/o.js: " in shown
    code_of_exit, out = await run("artifacts", "verify", str(tmp_path / "dist"), "--project", "build")
    assert code_of_exit == 3
    assert f"has another debug id, {OTHER_ID}: it is of another build" in out
