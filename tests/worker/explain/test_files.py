"""What can be wrong with files that are found, and with frames."""

from __future__ import annotations

import base64

import pytest

from tests.worker.explain.world import (
    APP,
    COMMENT,
    ID,
    MAPPINGS,
    MINIFIED,
    ORIGINAL,
    OTHER_ID,
    Situation,
    World,
    a_map,
    another_frame,
    check,
    frame,
    no_other_frame,
    situations,
    upload,
)

MINIFIED_FILE = "minified_source"
MAP_FILE = "source_map"
BANNER = f"/* shop */\n{APP}"
BAD_DATA_URL = f"{MINIFIED}\n//# sourceMappingURL=data:application/json;base64,!!!"
NO_CONTENT = a_map(sourcesContent=None)
SOURCE = {"files/_/_/src/app.js": (ORIGINAL, {"type": "source", "url": "~/src/app.js"})}
NAMELESS = (
    "AAAA,SAAS,EAAM,GACb,GAAI,CAAC,EAAK,KACR,MAAM,IAAI,MAAM,WAElB,OAAO,EAAK,KAEd,SAAS,EAAM,GACb,OAAO,EAAM,MAEf,EAAM"
)
LEAVE_OUT = "leave such frames as they are, or out of the event"


def inline(source_map: str) -> str:
    encoded = base64.b64encode(source_map.encode()).decode()
    return f"{MINIFIED}\n//# sourceMappingURL=data:application/json;base64,{encoded}"


def with_id(debug_id: str) -> str:
    return f"{MINIFIED}\n//# debugId={debug_id}\n{COMMENT}"


ROWS = [
    Situation(
        "no reference to a map",
        [upload(app=MINIFIED)],
        "no_reference",
        ["says nothing of a source map", f"`{COMMENT}`", "the upload `7` has `~/js/app.min.js.map`"],
        [upload(app=f"{MINIFIED}\n{COMMENT}")],
        file=MAP_FILE,
    ),
    Situation(
        "a data URL that can't be decoded",
        [upload(app=BAD_DATA_URL)],
        "reference_unreadable",
        ["reference to its map that makes no sense", "a `data:` URL of valid base64"],
        [upload(app=inline(a_map()))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a damaged map inside the file",
        [upload(app=inline(a_map()[:200]))],
        "map_unreadable",
        ["inside the minified file"],
        [upload(app=inline(a_map()))],
        file=MAP_FILE,
    ),
    Situation(
        "a truncated map",
        [upload(source_map=a_map()[:-100])],
        "map_unreadable",
        ["`https://shop.test/js/app.min.js.map`", "damaged", "complete"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "mappings that are no base64",
        [upload(source_map=a_map(mappings="AAAA,!!!!"))],
        "map_unreadable",
        ["mappings, byte 9"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a map of something else",
        [upload(source_map="[]")],
        "map_unreadable",
        ["damaged, or none"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a page uploaded as a map",
        [upload(source_map="<!DOCTYPE html><html></html>")],
        "html_instead",
        ["is an HTML page"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a map that maps nothing",
        [upload(source_map=a_map(mappings=""))],
        "map_empty",
        ["`mappings` are empty"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a map without sourcesContent",
        [upload(source_map=NO_CONTENT)],
        "source_content_missing",
        ["`../src/app.js`", "`sourcesContent`"],
        [upload()],
        file="source",
    ),
    Situation(
        "a map without sourcesContent, whose source can be uploaded as well",
        [upload(source_map=NO_CONTENT)],
        "source_content_missing",
        ["`~/src/app.js`"],
        [upload(source_map=NO_CONTENT, beside=SOURCE)],
        file="source",
    ),
    Situation(
        "a map without names",
        [upload(source_map=a_map(names=[], mappings=NAMELESS))],
        "names_missing",
        ["no names at all", "`n`"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a map of another source",
        [upload(source_map=a_map(sourcesContent=["one line"]))],
        "source_too_short",
        ["line 3 of `../src/app.js`", "fewer lines"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation(
        "a map for another build, by its debug id",
        [upload(app=with_id(ID), source_map=a_map(debugId=OTHER_ID))],
        "map_of_other_build",
        [f"debug id `{ID}`, its map `{OTHER_ID}`"],
        [upload(app=with_id(ID), source_map=a_map(debugId=ID))],
        file=MAP_FILE,
    ),
    Situation(
        "a banner that the map doesn't know of",
        [upload(app=BANNER), frame(lineno=2)],
        "map_of_other_build",
        ["line 2, but the source map ends with line 1", "in front of the file"],
        [upload(app=BANNER, source_map=a_map(mappings=f";{MAPPINGS}"))],
        file=MAP_FILE,
    ),
    Situation(
        "a line that the file doesn't have: the map was made for the file of another build",
        [upload(), frame(lineno=5)],
        "outside_file",
        ["line 5, but the minified file ends with line 2"],
        [upload(app=f"1\n2\n3\n4\n{APP}", source_map=a_map(mappings=f";;;;{MAPPINGS}"))],
        file=MINIFIED_FILE,
    ),
    Situation(
        "a column that the line doesn't have",
        [upload(app=f"n()\n{APP}")],
        "outside_file",
        ["column 26 of line 1, which has only 3"],
        [upload()],
        file=MINIFIED_FILE,
    ),
    Situation(
        "code that no source has",
        [upload(source_map=a_map(mappings="A,CAAC,uBAAAA,C,yBAA0BA"))],
        "not_mapped",
        ["nothing for line 1, column 26"],
        [upload()],
        file=MAP_FILE,
    ),
    Situation("column missing", [upload(), frame(colno=None)], "no_column", ["`colno`"], [frame(colno=26)]),
    Situation("column 0", [upload(), frame(colno=0)], "no_column", ["no column"], [frame(colno=26)]),
    Situation("line 0", [upload(), frame(lineno=0)], "no_line", ["counted from 1"], [frame(lineno=1)]),
    Situation(
        "a native frame",
        [upload(), another_frame(abs_path="native", lineno=0)],
        "native_frame",
        ["code of the engine itself", LEAVE_OUT],
        [no_other_frame()],
    ),
    Situation(
        "an anonymous frame with a line",
        [upload(), another_frame(abs_path="<anonymous>")],
        "native_frame",
        ["`<anonymous>`", LEAVE_OUT],
        [no_other_frame()],
    ),
    Situation(
        "a frame of Node.js itself",
        [upload(), another_frame(abs_path="node:internal/process/task_queues", lineno=95, colno=5)],
        "runtime_internal",
        ["code of the runtime", LEAVE_OUT],
        [no_other_frame()],
    ),
    Situation(
        "a WebAssembly frame",
        [upload(), another_frame(abs_path="wasm://wasm/0a1b2c3d:wasm-function[12]:0x3f")],
        "webassembly",
        ["WebAssembly", LEAVE_OUT],
        [no_other_frame()],
    ),
    Situation(
        "a frame of somebody's extension",
        [upload(), another_frame(abs_path="moz-extension://0b0c/content.js")],
        "browser_extension",
        ["else ignore it"],
        [no_other_frame()],
    ),
]


@pytest.mark.parametrize("row", situations(ROWS))
async def test_the_cause_is_named_and_the_advice_helps(server, source, row):
    await check(World(server, source), row)
