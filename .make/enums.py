"""Writer of the ``.pxd`` files that tell Cython the numbers of enums: ``make enums`` after a change to one.

A ``.pxd`` whose first line says "Enums of" is written anew from the module beside it.  For a new one, write that line.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_MARK = "# Enums of"


def main() -> int:
    """Write the files of this checkout that aren't up to date, and name them; return the exit code."""
    for path in declarations(ROOT):
        text = declared_enums(path.with_suffix(".py"))
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
            print(path.relative_to(ROOT))
    return 0


def declarations(root: Path) -> list[Path]:
    """Return the ``.pxd`` files of ``core`` that are written here."""
    return sorted(path for path in (root / "core").rglob("*.pxd") if path.read_text("utf-8").startswith(_MARK))


def declared_enums(module: Path) -> str:
    """Return the text of the ``.pxd`` beside a module: each IntEnum in it, with its members."""
    tree = ast.parse(module.read_text("utf-8"))
    enums = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_enum(node)]
    texts = ["\n".join([f"cdef enum {enum.name}:", *_members(enum)]) for enum in enums]
    return "\n\n".join([f"{_MARK} {module.name}, written by `make enums`.", *texts]) + "\n"


def _is_enum(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "IntEnum" for base in node.bases)


def _members(enum: ast.ClassDef) -> Iterator[str]:
    for node in enum.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield f"    {node.targets[0].id} = {ast.literal_eval(node.value)}"


if __name__ == "__main__":
    sys.exit(main())
