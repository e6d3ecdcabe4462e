"""Paths and URLs as the text they are: how they join, and under which names an artifact may have been uploaded.

The rules are Symbolicator's, and none of them is a URL parser's: names in source maps are often neither URLs nor
paths of any system.
"""

from __future__ import annotations

_BUNDLER_SCHEMES = ("webpack:", "turbopack:")
_WEB_SCHEMES = ("http", "https")
_CODE_ENDINGS = (".min", ".js", ".map", ".cjs", ".mjs", ".ts", ".d", ".jsx", ".tsx")


def join_paths(base: str, right: str) -> str:
    """Return where ``right`` leads, seen from the file ``base``.

    A query or fragment of ``base`` gets no special treatment, and empty segments vanish.
    """
    if "://" in right or right.startswith(_BUNDLER_SCHEMES):
        return right
    scheme, rest = _split_scheme(base)
    right = right.removeprefix("~")
    if right.startswith("/"):
        return _join_absolute(scheme, rest, right)
    prefix, directory = _split_directory(scheme, rest)
    segments = _walk(directory, right, is_web=scheme in _WEB_SCHEMES)
    return prefix + "".join(f"/{segment}" for segment in segments if segment)


def strip_hostname(path: str) -> str:
    """Return ``path`` without ``scheme://host``, or without the ``~`` that stands for it."""
    if path.startswith("~"):
        return path[1:]
    _, found, rest = path.partition("://")
    if not found:
        return path
    slash = rest.find("/")
    return rest if slash < 0 else rest[slash:]


def extract_file_stem(path: str) -> str:
    """Return what ``path`` has in common with the other files of its build, such as its source map.

    That is its path without host, query, fragment and the endings of code.
    """
    path = strip_hostname(path)
    directory, slash, name = path.rpartition("/")
    if not slash:
        return path
    name = name.partition("?")[0].partition("#")[0]
    return f"{directory}/{name[: _stem_end(name)]}"


def candidate_urls(path: str) -> list[str]:
    """Return the names ``path`` may have been uploaded under, the best first; they may repeat."""
    url = path.partition("#")[0]
    relative = strip_hostname(url)
    candidates = [url]
    if "?" in url:
        candidates.append(_without_query(url))
    candidates.append(f"~{relative}")
    if "?" in relative:
        candidates.append(f"~{_without_query(relative)}")
    return candidates


def strip_async(abs_path: str) -> str:
    """Return a frame's ``abs_path`` without the word that some SDKs leave in front of it, in "at async <path>"."""
    return abs_path.removeprefix("async ")


def _split_scheme(base: str) -> tuple[str, str]:
    scheme, found, rest = base.partition("://")
    return (scheme, rest) if found else ("file", base)


def _join_absolute(scheme: str, rest: str, right: str) -> str:
    if scheme == "file":
        return right
    if right.startswith("//"):
        return f"{scheme}:{right}"
    host = rest.partition("/")[0]
    return f"{scheme}://{host}{right}"


def _split_directory(scheme: str, rest: str) -> tuple[str, list[str]]:
    """Split what follows the scheme into the text before its path, and the segments of the directory."""
    segments = rest.split("/")
    if scheme != "file":
        return f"{scheme}://{segments[0]}", segments[1:-1]
    if not segments[0]:
        del segments[0]
    return "", segments[:-1]


def _walk(directory: list[str], right: str, *, is_web: bool) -> list[str]:
    """Return the segments reached from ``directory`` by ``right``.

    On the web nothing is above the root, and every ``.`` means the same place; elsewhere both are names, except for
    a ``.`` at the beginning.
    """
    segments = list(directory)
    may_skip_dots = True
    for segment in right.split("/"):
        if segment == ".." and (segments or is_web):
            del segments[-1:]
        elif segment != "." or not may_skip_dots:
            segments.append(segment)
            may_skip_dots = is_web
    return segments


def _stem_end(name: str) -> int:
    """Return where ``name`` without all its endings ends; a long row of them takes no more than its length."""
    end = len(name)
    while ending := next((ending for ending in _CODE_ENDINGS if name.endswith(ending, 0, end)), ""):
        end -= len(ending)
    return end


def _without_query(url: str) -> str:
    return url.partition("?")[0]
