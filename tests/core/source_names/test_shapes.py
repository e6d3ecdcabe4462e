"""Names as Node prints them for the same source: see ``tests/data/shapes/README.md``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from core.source_names.source_functions import read_functions
from core.sourcemap.position import NoName

SHAPES = Path(__file__).parent.parent.parent / "data" / "shapes"


def agrees(ours: str | None, node: str | None) -> bool:
    """Say whether a name is Node's, but for what only the run of a program can tell.

    Node says of which type an object was, and only where the name is an identifier; the source says which one it is.
    """
    if ours == node or node in {"<instance_members_initializer>", "<static_initializer>"}:
        return True
    if ours is None or node is None:
        return node == "new <anonymous>"
    accessor, _, name = node.rpartition(" ")
    name = re.sub(r"\A(?:Object|Function|Array)\.", "", name)
    if name.endswith(".<computed>"):
        return ours.startswith(name.removesuffix(".<computed>") + "[")
    ours_accessor, _, ours_name = ours.rpartition(" ")
    if accessor == "new" and not ours_accessor:
        ours_accessor = accessor  # whoever calls a plain function says so
    return accessor == ours_accessor and (
        ours_name == name or ours_name.endswith((f".{name}", name if name[0] == "[" else f".{name}"))
    )


def test_functions_are_called_as_node_calls_them():
    source = (SHAPES / "shapes.mjs").read_bytes()
    functions = read_functions(source, "shapes.mjs")
    assert functions is not None
    assert functions.errors == 0
    differences = []
    for line, column, node in json.loads((SHAPES / "shapes.json").read_text()):
        found = functions.name_at(line - 1, column - 1)
        ours = None if isinstance(found, NoName) else found
        if not agrees(ours, node):
            differences.append((source.splitlines()[line - 1].decode(), column, ours, node))
    assert differences == []


def test_node_has_said_much():
    rows = json.loads((SHAPES / "shapes.json").read_text())
    assert len({name for _, _, name in rows}) > 90
