"""Near misses: uploads under another name than the one that was looked for, and how the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from urllib.parse import unquote

from core.explain.findings import FILE_NAMES, Finding, Reason, bundle_name, quoted
from core.explain.uploaded_names import UploadedName, UploadedNames, path_of, upload_name
from core.files.file_keys import FileKey

_MOST_COMPARED = 1_000  # there may be thousands of files called index.js


class _Difference(IntEnum):
    """Difference of two names, the smallest first."""

    HOST = 0
    CASE = 1
    ENCODING = 2
    PREFIX = 3
    BUILD = 4


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An upload that is likely to be what was looked for."""

    uploaded: UploadedName
    difference: _Difference
    shared_segments: int


def near_miss(names: UploadedNames, path: str) -> NearMiss | None:
    """Return the upload whose name is most like that of the file at ``path``, None if nothing is alike."""
    wanted = path_of(path)
    if not wanted.rpartition("/")[2]:
        return None
    misses = [_miss(uploaded, wanted) for uploaded in islice(names.named_alike(wanted), _MOST_COMPARED)]
    return min(misses, key=lambda miss: (miss.difference, -miss.shared_segments), default=None)


def misnamed(names: UploadedNames, key: FileKey) -> Finding | None:
    """Return why an upload that is likely to be this file doesn't count, None if nothing is like it."""
    miss = None if key.abs_path is None else near_miss(names, key.abs_path)
    if miss is None or key.abs_path is None:
        return None
    owner, uploaded = bundle_name(miss.uploaded.owner), quoted(miss.uploaded.name)
    held = f"The bundle {owner} holds {uploaded}" if miss.uploaded.is_bundled else f"The artifact {owner} is {uploaded}"
    wanted = f"the {FILE_NAMES[key.type]} is looked for as {quoted(key.abs_path)}"
    name = upload_name(key.abs_path)
    match miss.difference:
        case _Difference.HOST:
            cause = f"{held}, but {wanted}: the path is the same, the host is not"
            return Finding(
                Reason.WRONG_HOST, cause, f"Upload it as {quoted(name)}, which is right for every host", key.type
            )
        case _Difference.CASE:
            cause = f"{held}, but {wanted}: the two differ in upper and lower case, which counts"
            return Finding(Reason.WRONG_CASE, cause, f"Upload it as {quoted(name)}", key.type)
        case _Difference.ENCODING:
            cause = f"{held}, but {wanted}: the two differ in how characters are escaped, which counts"
            return Finding(
                Reason.WRONG_ENCODING, cause, f"Upload it as {quoted(name)}, spelt as in the frame", key.type
            )
        case _Difference.PREFIX:
            return Finding(
                Reason.WRONG_URL_PREFIX, f"{held}, but {wanted}", _prefix_advice(miss.uploaded.name, name), key.type
            )
        case _Difference.BUILD:
            cause = f"{held}, but {wanted}: it looks like a file of another build"
            advice = f"Upload the files of the build that is deployed, with {quoted(name)} among them"
            return Finding(Reason.OTHER_BUILD, cause, advice, key.type)


def _miss(uploaded: UploadedName, wanted: str) -> NearMiss:
    shared = _shared_segments(uploaded.path, wanted)
    return NearMiss(uploaded, _difference(uploaded, wanted), shared)


def _difference(uploaded: UploadedName, wanted: str) -> _Difference:
    path = uploaded.path
    if path == wanted and "://" in uploaded.name:
        return _Difference.HOST
    if path != wanted and unquote(path) == unquote(wanted):
        return _Difference.ENCODING
    if path != wanted and path.casefold() == wanted.casefold():
        return _Difference.CASE
    return _Difference.PREFIX if _same_file_name(path, wanted) else _Difference.BUILD


def _same_file_name(path: str, wanted: str) -> bool:
    return unquote(path.rpartition("/")[2]).casefold() == unquote(wanted.rpartition("/")[2]).casefold()


def _prefix_advice(uploaded: str, wanted: str) -> str:
    """Say which URL prefix makes ``wanted`` of the file that was uploaded as ``uploaded``."""
    shared = _shared_segments(path_of(uploaded), path_of(wanted))
    prefix = "/".join(wanted.split("/")[:-shared]) if shared else wanted.rpartition("/")[0]
    with_prefix = f", that is, with the URL prefix {quoted('~/' if prefix == '~' else prefix)}" if prefix else ""
    return f"If it is the same file, upload it as {quoted(wanted)}{with_prefix}"


def _shared_segments(path: str, wanted: str) -> int:
    """Return how many segments two paths have in common, counted from their ends; never the empty first one."""
    ours, theirs = path.lstrip("/").split("/"), wanted.lstrip("/").split("/")
    count = 0
    for ours_part, theirs_part in zip(reversed(ours), reversed(theirs), strict=False):
        if ours_part != theirs_part:
            break
        count += 1
    return count
