"""Check the Lua scripts with luacheck, where it is installed: syntax, unknown and unused names, long lines."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

_FOLDER = Path("core/queue/lua")
_HEADER = _FOLDER / "header.lua"
_REDIS = ("redis", "cjson", "KEYS", "ARGV")
_LOCALS = re.compile(r"^local (?:function )?(\w+(?:, \w+)*)", re.MULTILINE)


def main() -> int:
    """Return the exit code."""
    luacheck = shutil.which("luacheck")
    if luacheck is None:
        print("luacheck is not installed (Debian: apt-get install lua-check): Lua scripts are checked by Redis only")
        return 0
    names = [name for found in _LOCALS.findall(_HEADER.read_text()) for name in found.split(", ")]
    scripts = [str(path) for path in sorted(_FOLDER.glob("*.lua")) if path != _HEADER]
    common = [luacheck, "--no-color", "--quiet", "--std", "lua51"]
    # The header is in front of each script: what it defines is unused in the header itself, and known to the scripts.
    of_header = [*common, str(_HEADER), "--ignore", "211", "--read-globals", *_REDIS]
    of_scripts = [*common, *scripts, "--read-globals", *_REDIS, *names]
    return max(subprocess.run(command, check=False).returncode for command in (of_header, of_scripts))


if __name__ == "__main__":
    sys.exit(main())
