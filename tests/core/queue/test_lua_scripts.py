"""Lua scripts: each compiles, runs with names that exist, and belongs to somebody who asks for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from redis import Redis

import core.queue
from core.queue.lua_scripts import lua_script

ROOT = Path(core.queue.__path__[0]).parents[1]
FILES = sorted((ROOT / "core/queue/lua").glob("*.lua"))
SCRIPTS = sorted(path.stem for path in FILES if path.stem != "header")


@pytest.mark.parametrize("name", SCRIPTS)
def test_redis_compiles_a_script(redis_url: str, name: str):
    with Redis.from_url(redis_url) as redis:
        assert len(redis.script_load(lua_script(name))) == 40


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_placeholder_is_left(name: str):
    assert not re.search(r"\$\{", lua_script(name))


def test_each_script_is_loaded_by_name_somewhere():
    assert SCRIPTS
    asked = {
        match
        for room in ("api", "worker")
        for path in (ROOT / room).rglob("*.py")
        for match in re.findall(r"lua_script\(\"(\w+)\"\)", path.read_text())
    }
    assert asked == set(SCRIPTS)


def test_python_holds_no_lua():
    found = [
        str(path)
        for room in ("api", "worker", "core")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "redis.call(" in node.value
    ]
    assert found == []
