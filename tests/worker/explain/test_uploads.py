"""What can be wrong between an event and what was uploaded for it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.files.artifact_bundle import write_bundle
from tests.worker.explain.world import (
    APP,
    APP_URL,
    ID,
    MINIFIED,
    OTHER_ID,
    Quoted,
    Situation,
    World,
    a_bundle,
    a_map,
    artifacts,
    check,
    debug_id,
    frame,
    listed_for,
    no_bundle,
    request,
    settings,
    situations,
    step,
    upload,
)
from tests.worker.source_server import Reply, hang_up, reply

MAP_URL = f"{APP_URL}.map"
BLOB = "blob:https://shop.test/0b0c"
MINIFIED_FILE = "minified_source"
MAP_FILE = "source_map"
BY_ID = {"by_url": False, "debug_id": ID}
MAP_NAME = "~/js/app.min.js.map"


STORE = Path(tempfile.gettempdir()) / "unmangle-test-of-a-closed-store"  # nothing is ever in it


@step
def token_wanted(world: World, token: str) -> None:
    """The source wants to see a token."""
    listed = orjson.dumps(world.source.entries)

    def answer(asked: Any) -> Reply:
        is_right = asked.header("authorization") == f"Bearer {token}"
        return reply(listed) if is_right else reply(b"who are you?", status=401)

    world.server.put_function(world.source.path, answer)


@step
def token(world: World, sent: str) -> None:
    world.request["source"] |= {"token": sent}


@step
def lookup(world: World, served: Reply | None = None) -> None:
    """The lookup API answers so, or else as it should."""
    url = world.source.url if served is None else world.server.put("/broken/", served)
    world.request["source"] |= {"url": url}


@step
def bundle_served(world: World, served: Reply) -> None:
    world.source.put_reply("7", served)


@step
def only_this_source(world: World) -> None:
    world.settings |= {"source_origins": (world.server.origin,)}


@step
def closed_store(world: World) -> None:
    """The request wants the artifact store, and has no token that may read it."""
    world.settings |= {"store_url": STORE.as_uri(), "store_open_reads": False}
    world.sentry = world.request["source"]
    world.request["source"] = {"type": "store"}


@step
def source_of_sentry(world: World) -> None:
    world.request["source"] = world.sentry


def repacked(left_out: str) -> bytes:
    """The app's bundle without one of the members of its archive."""
    whole = io.BytesIO(write_bundle(a_bundle()))
    out = io.BytesIO(b"SYSB\2\0\0\0")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "a") as new:
        for name in old.namelist():
            if name != left_out:
                new.writestr(name, old.read(name))
    return out.getvalue()


ROWS = [
    Situation(
        "another release",
        [upload(), listed_for("web@1")],
        "nothing_uploaded",
        ["release `web@2`", "`~/js/app.min.js`"],
        [listed_for(Quoted(1))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "an event that names another release than the upload",
        [upload(), listed_for("web@1")],
        "nothing_uploaded",
        ["for a release of another name"],
        [request(release="web@1")],
        file=MINIFIED_FILE,
    ),
    Situation(
        "an upload with a dist, an event without",
        [upload(), listed_for("web@2", "42")],
        "nothing_uploaded",
        ["or with a dist"],
        [request(dist="42")],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a blob whose debug id is unknown to the source",
        [request(release=None), frame(abs_path=BLOB), debug_id(code_file=BLOB)],
        "debug_id_not_uploaded",
        [f"the debug id `{ID}`"],
        [upload(by_url=False, debug_id=Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "nothing was ever uploaded",
        [],
        "nothing_uploaded",
        ["The lookup API lists nothing for the release `web@2`"],
        [upload(Quoted(0))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a dist that the upload doesn't have",
        [upload(), listed_for("web@2"), request(dist="42")],
        "other_dist",
        ["dist `42`", "something without the dist", "send no dist"],
        [request(dist=None)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "another dist",
        [upload(), listed_for("web@2", "41"), request(dist="42")],
        "nothing_uploaded",
        ["release `web@2`, dist `42`"],
        [listed_for(Quoted(1), Quoted(2))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "neither release nor debug id",
        [upload(), request(release=None), frame(abs_path="app:///js/app.min.js")],
        "nothing_to_look_up_by",
        ["neither a release nor a debug id", "`~/js/app.min.js`"],
        [request(release="web@2")],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a path of Node's without release and debug id",
        [request(release=None), frame(abs_path="/srv/app/js/app.min.js")],
        "nothing_to_look_up_by",
        ["`/srv/app/js/app.min.js`", "that is no URL", "Inject debug ids"],
        [upload(**BY_ID), debug_id(code_file="/srv/app/js/app.min.js")],
        file=MINIFIED_FILE,
    ),
    Situation(
        "URL prefix missing",
        [upload("~/app.min.js")],
        "wrong_url_prefix",
        ["The bundle `7` holds `~/app.min.js`", f"`{APP_URL}`", "URL prefix `~/js`"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "URL prefix of the build folder",
        [upload("~/dist/assets/js/app.min.js")],
        "wrong_url_prefix",
        ["`~/dist/assets/js/app.min.js`", "URL prefix `~/`"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "uploaded without a tilde",
        [upload("/js/app.min.js")],
        "wrong_url_prefix",
        ["`/js/app.min.js`", "`~/js/app.min.js`"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a path without a beginning, as in React Native",
        [upload("~/dist/app.min.js"), frame(abs_path="dist/app.min.js")],
        "wrong_url_prefix",
        ["upload it as `dist/app.min.js`"],
        [upload(Quoted(), map_name="/dist/app.min.js.map")],
        file=MINIFIED_FILE,
    ),
    Situation(
        "uploaded with debug id and URL, neither of which fits",
        [upload("~/app.min.js", debug_id=ID)],
        "debug_id_not_sent",
        [f"with the debug id `{ID}`", "Or: The bundle `7` holds `~/app.min.js`"],
        [upload(Quoted(6))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "URL prefix of an artifact",
        [artifacts(name="~/static/app.min.js")],
        "wrong_url_prefix",
        ["The artifact `501` is `~/static/app.min.js`"],
        [artifacts(name=Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "URL prefix of the map only",
        [upload(map_name="~/maps/app.min.js.map")],
        "wrong_url_prefix",
        ["`~/maps/app.min.js.map`", f"`{MAP_URL}`"],
        [upload(map_name=Quoted())],
        file=MAP_FILE,
    ),
    Situation(
        "another host",
        [upload("https://old.test/js/app.min.js")],
        "wrong_host",
        ["`https://old.test/js/app.min.js`", "the host is not"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "upper and lower case",
        [upload("~/js/App.min.js")],
        "wrong_case",
        ["`~/js/App.min.js`", "upper and lower case"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "escaped characters",
        [upload("~/js/my app.min.js"), frame(abs_path="https://shop.test/js/my%20app.min.js")],
        "wrong_encoding",
        ["`~/js/my app.min.js`", "`~/js/my%20app.min.js`"],
        [upload(Quoted(), map_name=MAP_NAME)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "the hash of another build",
        [upload("~/js/app.3f2a9c1b.js"), frame(abs_path="https://shop.test/js/app.9d8e7f6a.js")],
        "other_build",
        ["`~/js/app.3f2a9c1b.js`", "another build", "`~/js/app.9d8e7f6a.js`"],
        [upload(Quoted(), map_name=MAP_NAME)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "another file was uploaded",
        [upload("~/js/vendor.js")],
        "file_not_uploaded",
        ["`7`", "none holds the minified file"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "the map was not uploaded",
        [upload(map_name="")],
        "file_not_uploaded",
        [f"the source map `{MAP_URL}`"],
        [upload(map_name=Quoted())],
        file=MAP_FILE,
    ),
    Situation(
        "the minified file was not uploaded",
        [upload(app=None)],
        "file_not_uploaded",
        ["the minified file", "Only its source map is there"],
        [upload(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "debug id unknown to the source",
        [request(release=None), debug_id()],
        "debug_id_not_uploaded",
        [f"the debug id `{ID}`"],
        [upload(by_url=False, debug_id=Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "debug id of another build",
        [request(release=None), debug_id(OTHER_ID), upload(**BY_ID)],
        "other_build",
        [f"`{ID}`, but `{OTHER_ID}` is looked for"],
        [upload(by_url=False, debug_id=Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "debug id missing in the file",
        [upload(map_name="", beside=a_bundle(app=None, **BY_ID))],
        "debug_id_not_sent",
        [f"with the debug id `{ID}`", "nothing says"],
        [debug_id(Quoted(1))],
        file=MAP_FILE,
    ),
    Situation(
        "debug id missing in the event",
        [upload(**BY_ID)],
        "debug_id_not_sent",
        [f"nothing says that this is the id of `{APP_URL}`"],
        [debug_id(Quoted(2), Quoted(1))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "debug id missing in the map",
        [request(release=None), debug_id(), upload(map_name="", beside=a_bundle("~/x.js", app=None), **BY_ID)],
        "debug_id_of_other_type",
        ["not for a `source_map`", "Upload the source map as well"],
        [upload(**BY_ID)],
        file=MAP_FILE,
    ),
    Situation(
        "only the map was uploaded with the debug id",
        [request(release=None), debug_id(), upload(app=None, **BY_ID)],
        "debug_id_of_other_type",
        ["which is a `source_map`, but not for a `minified_source`"],
        [upload(**BY_ID)],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a debug id that is none",
        [request(release=None), debug_id("{not-an-id}"), upload(**BY_ID)],
        "debug_id_unreadable",
        ["`{not-an-id}`, which is no debug id"],
        [debug_id(ID.replace("-", "").upper())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a debug id for another spelling of the path",
        [request(release=None), debug_id(code_file=f"{APP_URL}?v=1"), upload(**BY_ID)],
        "debug_id_for_other_path",
        [f"`{APP_URL}?v=1`, but the frame says `{APP_URL}`"],
        [debug_id()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a blob, whose path is another one each time",
        [upload(), frame(abs_path=BLOB)],
        "made_at_run_time",
        [f"`{BLOB}` was made while the page ran", "debug ids"],
        [upload(**BY_ID), debug_id(code_file=BLOB)],
    ),
    Situation(
        "an extension of one's own",
        [frame(abs_path="chrome-extension://abcdef/js/content.js")],
        "browser_extension",
        ["code of a browser extension"],
        [upload(Quoted(), map_name=MAP_NAME)],
    ),
    Situation(
        "two builds in two bundles",
        [upload(file_id="10"), upload(app=f"old()\n{APP[-35:]}", file_id="9")],
        "duplicate_uploads",
        ["Not only the bundle `9` holds `~/js/app.min.js`, but `10` as well", "`9` counts"],
        [no_bundle(Quoted())],
        file=MINIFIED_FILE,
    ),
    Situation(
        "token refused",
        [upload(), token_wanted("another")],
        "lookup_refused",
        ["answered 401", "`source.token`"],
        [token("another")],
    ),
    Situation("lookup server down", [upload(), lookup(hang_up())], "lookup_failed", ["hung up"], [lookup()]),
    Situation(
        "lookup server broken",
        [upload(), lookup(reply(b"oops", status=500))],
        "lookup_failed",
        ["500 Internal Server Error"],
        [lookup()],
    ),
    Situation(
        "a wrong URL of the lookup server",
        [upload(), lookup(reply(b"no such page", status=404))],
        "lookup_failed",
        ["answered 404", "Check `source.url`"],
        [lookup()],
    ),
    Situation(
        "a login page in the place of the lookup API",
        [upload(), lookup(reply(b"<!doctype html><title>Log in</title>"))],
        "lookup_failed",
        ["malformed answer"],
        [lookup()],
    ),
    Situation(
        "a source that the operator doesn't allow",
        [upload(), settings(source_origins=("https://sentry.test",))],
        "source_not_allowed",
        ["UNMANGLE_SOURCE_ORIGINS"],
        [only_this_source()],
    ),
    Situation(
        "a store that may not be read without a token",
        [upload(), closed_store()],
        "source_forbidden",
        ["`source.token`", "UNMANGLE_STORE_OPEN_READS"],
        [source_of_sentry()],
    ),
    Situation(
        "a bundle that may not be downloaded",
        [bundle_served(reply(status=403))],
        "bundle_unavailable",
        ["`7`", "403 Forbidden"],
        [upload()],
    ),
    Situation(
        "a bundle that is gone",
        [bundle_served(reply(status=410))],
        "bundle_unavailable",
        ["`7`", "answered 410"],
        [upload()],
    ),
    Situation(
        "a bundle without manifest",
        [upload(repacked("manifest.json"))],
        "bundle_unreadable",
        ["manifest.json is missing"],
        [upload()],
    ),
    Situation(
        "a bundle that is none",
        [upload(b"these are not the bytes of a bundle")],
        "bundle_unreadable",
        ["not an artifact bundle"],
        [upload()],
    ),
    Situation(
        "a bundle that is too large",
        [upload(), settings(max_bundle_size=100)],
        "file_too_large",
        ["at most 100 are allowed", "UNMANGLE_MAX_BUNDLE_SIZE"],
        [settings(max_bundle_size=10_000)],
    ),
    Situation(
        "a file of the manifest is not in the archive",
        [upload(repacked("files/_/_/js/app.min.js"))],
        "file_unreadable",
        ["`files/_/_/js/app.min.js`", "not in the archive"],
        [upload()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a file in the bundle is not UTF-8",
        [upload(app=MINIFIED.encode("utf-16"))],
        "file_unreadable",
        ["not UTF-8"],
        [upload()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a file in the bundle is too large",
        [upload(), settings(max_bundle_file_size=300)],
        "file_too_large",
        ["at most 300 are read", "UNMANGLE_MAX_BUNDLE_FILE_SIZE"],
        [settings(max_bundle_file_size=10_000)],
        file=MAP_FILE,
    ),
    Situation(
        "an artifact that can't be downloaded",
        [artifacts(reply(status=500))],
        "artifact_unavailable",
        ["`501`", "500 Internal Server Error"],
        [artifacts()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "an artifact that is no text",
        [artifacts(b"\xff\xfe\0")],
        "artifact_unavailable",
        ["`501`", "not UTF-8"],
        [artifacts()],
        file=MINIFIED_FILE,
    ),
]


@pytest.mark.parametrize("row", situations(ROWS))
async def test_the_cause_is_named_and_the_advice_helps(server, source, row):
    await check(World(server, source), row)


async def test_a_map_that_is_only_known_by_a_name_of_its_own_is_not_taken_for_a_near_miss(server, source):
    """Bundles hold hundreds of files; those that are not alike are not mentioned."""
    world = World(server, source)
    upload("~/js/other.js", source_map=a_map())(world, ())
    explanation = (await world.frames_answered())[0]["explanation"]
    assert "other.js" not in explanation["cause"] + explanation["advice"]
