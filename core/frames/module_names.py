"""Names of files and modules: paths without what bundlers add, and without what changes from build to build."""

from __future__ import annotations

import re

from core.web.paths import strip_hostname

_NOISE = re.compile(
    r"""(?: (?:java)?scripts? | js | build | static | node_modules | bower_components   # folders around the code
        | [_.~] .*                                                                      # private, hidden, relative
        | v? [0-9]+ (?:\.[0-9]+)*                                                       # a version
        | [0-9a-f]{7,8} | [0-9a-f]{32} | [0-9a-f]{40}                                   # short SHA, MD5, SHA-1
    )?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII | re.DOTALL,
)
_COMMIT_ENDING = re.compile(r"[-.][0-9a-f]{7,}\Z", re.IGNORECASE)
_SHA1 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_QUERY_OR_FRAGMENT = re.compile(r"[?#]")


_WEBPACK = re.compile(r"\Awebpack(?:-internal)?://(?:[A-Za-z0-9_\-@.]+/(?=\./)|/)")
_NAMESPACE = re.compile(r"\A(?:webpack|rspack|turbopack)://[^/]*/")
_UPWARDS = re.compile(r"\A(?:\.{1,2}/)+")
_TURBOPACK = re.compile(r"\Aturbopack:///(?:\[project\]/)?")


def generate_module(abs_path: str) -> str:
    """Return the module name of the file ``abs_path``, which may turn out empty.

    What follows a folder that is named like a hash is taken as it is; any 32 bytes look like one.

    Source: Symbolicator.  Sentry groups issues by these names, so every detail counts.
    """
    path = _without_extension(_QUERY_OR_FRAGMENT.split(strip_hostname(abs_path), maxsplit=1)[0])
    segments = path.split("/")
    for index, segment in enumerate(segments):
        if _looks_like_hash(segment):
            return "/".join(segments[index + 1 :])
    return _COMMIT_ENDING.sub("", "/".join(_without_leading_noise(segments)))


def webpack_filename(name: str) -> str:
    """Return the file that webpack's ``name`` stands for, ``name`` itself if it isn't written as we know it."""
    return _after_tilde(name) if "/~/" in name else _WEBPACK.sub("", name)


def turbopack_filename(name: str) -> str:
    """Return the file that Turbopack's ``name`` stands for, ``name`` itself if it isn't written as we know it."""
    return _after_tilde(name) if "/~/" in name else _TURBOPACK.sub("", name)


def shown_file(name: str) -> str:
    """Return an original file for people: without the name of the bundler, and without the way up to the project."""
    return _UPWARDS.sub("", _NAMESPACE.sub("", turbopack_filename(webpack_filename(name)))) or "<unknown>"


def _without_extension(path: str) -> str:
    stem, dot, extension = path.rpartition(".")
    if dot and "/" not in extension:
        path = stem
    return path.removesuffix(".min")


def _looks_like_hash(segment: str) -> bool:
    return len(segment.encode()) == 32 or _SHA1.fullmatch(segment) is not None


def _without_leading_noise(segments: list[str]) -> list[str]:
    """Drop the folders, empty ones included, that say nothing; the last segment is the file and stays."""
    first = 0
    while first < len(segments) - 1 and _NOISE.fullmatch(segments[first]):
        first += 1
    return segments[first:]


def _after_tilde(name: str) -> str:
    """Return ``name`` from its first ``~`` folder on, which is how bundlers spell ``node_modules``."""
    return "~/" + name.partition("/~/")[2]
