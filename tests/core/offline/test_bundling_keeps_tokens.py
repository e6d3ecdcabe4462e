"""Whatever ``unmangle bundle`` does to a folder: each token of each file says afterwards what it said before."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.offline.artifact_collection import collect
from core.offline.bundling import PreparedFile, prepare
from core.offline.map_search import FileWithMap, MapSearch, Unmapped
from core.offline.text_encodings import plain_utf8
from tests.core.sourcemap.encoding import map_of, mappings_of

NAMES = ["app.js", "app-3f2a.js", "app.cjs", "app.min.js", "index.mjs", "sub/app.js", "other.bundle"]
HEADS = [
    "",
    '"use strict";',
    "'use strict';\n",
    '"use strict"\n',
    '"use client";"use strict";',
    '\ufeff"use strict";',
    "#!/usr/bin/env node\n",
    "/*! © ☕ 😀 */",
    "// licence\r\n",
    "/* a */ // b\n'use strict'; /* c */ 'use asm'\n",
    '"not a directive"\n+"but text";',
    '"\\"use strict";',
    "\u2028",
    "",
]
SEPARATORS = ["", "\n", "\r\n", "\n\n", "/*☕*/", ";", "\r"]
TAILS = [
    "",
    "\n//# sourceMappingURL={}",
    "\n//@ sourceMappingURL={}\n",
    "\n/*# sourceMappingURL={} */\n// end",
    '\nvar s="//# sourceMappingURL=other.map";\n//# sourceMappingURL={}',
    "\n//# sourceMappingURL={}\n//# debugId=0f5a0000-0000-4000-8000-00000000000{}",
]
WORD = re.compile(r"w\d+_")


@st.composite
def folders(draw: st.DrawFn) -> dict[str, str | bytes]:
    """Draw a folder: programs that are equal or alike, some with one map, each of which says where their words are."""
    numbers = count()
    programs = [draw_program(draw, numbers) for _ in range(draw(st.integers(1, 2)))]
    files: dict[str, str | bytes] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        number, program = draw(st.sampled_from(list(enumerate(programs))))
        map_name = draw(st.sampled_from([f"{name}.map", "app.js.map", "m.map"]))
        reference = f"{'../' * name.count('/')}{map_name}"
        files[name] = program + draw(st.sampled_from(TAILS)).format(reference, number)
        files.setdefault(map_name, draw_map(draw, program))
    return files


def draw_program(draw: st.DrawFn, numbers: Any) -> str:
    words = (f"w{next(numbers)}_" + draw(st.sampled_from(SEPARATORS)) for _ in range(draw(st.integers(1, 6))))
    return draw(st.sampled_from(HEADS)) + "".join(words)


def draw_map(draw: st.DrawFn, program: str) -> bytes:
    places = places_of(program)
    mapped = [
        (line, column, *([] if draw(st.integers(0, 5)) == 0 else [0, draw(st.integers(0, 9)), number]))
        for number, (line, column) in enumerate(sorted({*places.values(), (0, 0)}))
        if draw(st.integers(0, 4))
    ]
    last = max((place[0] for place in places.values()), default=0)
    beyond = draw(st.integers(1, 9))
    text = map_of(mappings_of([*mapped, (last + beyond, 3, 0, 77, 7)]))  # as of a longer file
    mark = draw(st.sampled_from(["", "\ufeff"])).encode()
    return mark + draw(
        st.sampled_from([text, text, json.dumps(json.loads(text) | {"debugId": "0" * 31 + "1"}).encode()])
    )


def places_of(program: str) -> dict[str, tuple[int, int]]:
    """Return where the words of a program are; columns in UTF-16 code units, byte order marks not counted."""
    return {
        word[0]: (number, len(line[: word.start()].encode("utf-16-le")) // 2)
        for number, line in enumerate(program.removeprefix("\ufeff").split("\n"))
        for word in WORD.finditer(line)
    }


def said(folder: Path, name: str) -> dict[str, object] | None:
    """Return what the map of a file says of its words; None if it has no map."""
    with collect([folder]) as artifacts:
        search = MapSearch(artifacts)
        (code,) = (file for file in artifacts.all_code() if file.own_path == name)
        mapped = search.mapped(code)
    if isinstance(mapped, Unmapped):
        return None
    assert isinstance(mapped, FileWithMap)
    places = places_of(plain_utf8(code.read())[:].decode())
    return {word: original(mapped, *place) for word, place in places.items()}


def original(mapped: FileWithMap, line: int, column: int) -> tuple[str | None, int, int] | None:
    position = mapped.source_map.lookup(line, column)
    return None if position is None else (position.file, position.line, position.column)


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def bundled(folder: Path) -> list[PreparedFile]:
    with collect([folder]) as artifacts:
        files = prepare(artifacts, lambda: None, inject=True).files
    for each in files:
        Path(each.file.place).write_bytes(each.content)
    return files


@settings(max_examples=100)
@given(folders())
def test_every_token_of_every_file_says_what_it_said(files):
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, files)
        before = {name: said(folder, name) for name in files if not name.endswith(".map")}
        written = bundled(folder)
        # Only a file that had no map of its build may have one now: that of a copy.
        assert {name: said(folder, name) for name, answers in before.items() if answers is not None} == {
            name: answers for name, answers in before.items() if answers is not None
        }
        for each in written:
            assert is_uncut(each) if each.file.is_map else keeps_its_head(each)
        assert not [each.path for each in bundled(folder) if each.is_changed], "not the same the second time"


def is_uncut(each: PreparedFile) -> bool:
    was, now = (json.loads(plain_utf8(text).decode())["mappings"] for text in (each.was, each.content))
    return bool(now.rpartition(";")[2] == was.rpartition(";")[2])


def keeps_its_head(each: PreparedFile) -> bool:
    head = max((head for head in HEADS if each.was.startswith(head.encode())), key=len)
    starts = (b"\n!", each.was) if '"not a' in head else (head.rstrip().encode(),)
    return not each.is_changed or each.content.startswith(starts)
