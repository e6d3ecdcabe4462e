"""The numbers of enums as the compiler is told them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("enums", ROOT / ".make" / "enums.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


enums = load()


@pytest.mark.parametrize("path", enums.declarations(ROOT), ids=lambda path: path.stem)
def test_the_compiler_is_told_the_numbers_of_the_module(path: Path):
    """If not: make enums."""
    assert path.read_text() == enums.declared_enums(path.with_suffix(".py"))


def test_no_declaration_of_an_enum_is_kept_by_hand():
    declared = [path for path in (ROOT / "core").rglob("*.pxd") if "cdef enum" in path.read_text()]
    assert sorted(declared) == enums.declarations(ROOT) != []


def test_a_declaration_has_each_enum_of_a_module_with_its_members(tmp_path: Path):
    module = tmp_path / "colours.py"
    module.write_text(
        'class Colour(IntEnum):\n    """Colour."""\n\n    RED = 0\n    """Red."""\n    BLUE = 4\n'
        + "class Not:\n    RED = 1\nclass Size(IntEnum):\n    SMALL = -1\n"
    )
    assert enums.declared_enums(module) == (
        "# Enums of colours.py, written by `make enums`.\n\n"
        "cdef enum Colour:\n    RED = 0\n    BLUE = 4\n\ncdef enum Size:\n    SMALL = -1\n"
    )
