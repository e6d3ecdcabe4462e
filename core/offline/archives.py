"""Generated files and source maps in an archive: an artifact bundle, or any ZIP archive of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from core.errors import MalformedBundle
from core.files.artifact_bundle import Bundle, open_archive, read_member
from core.files.debug_ids import DebugId
from core.files.manifest import Manifest, ManifestType, Member
from core.offline.artifact_files import ENDINGS, MAP_ENDING, ArtifactFile, path_segments

_BUNDLE_MAGIC = b"SYSB"


def archive_files(path: Path, file: BinaryIO) -> Iterator[ArtifactFile]:
    """Yield the files in the archive ``file``, which they are read from.  Raises OSError, and MalformedBundle."""
    is_bundle = file.read(len(_BUNDLE_MAGIC)) == _BUNDLE_MAGIC
    return _bundle_files(path, file) if is_bundle else _zip_files(path, file)


def _bundle_files(path: Path, file: BinaryIO) -> Iterator[ArtifactFile]:
    bundle = Bundle.open_file(file)
    for name, member, debug_id in _listed(bundle.manifest):
        segments = path_segments(name)
        if segments:
            yield ArtifactFile(
                place=f"{path}: {member.path}",
                shelf=str(path),
                path="/".join(segments),
                own=len(segments),
                is_map=member.type is ManifestType.SOURCE_MAP or name.endswith(MAP_ENDING),
                read=partial(_content, partial(bundle.read, member), member.path),
                debug_id=debug_id,
                source_map_header=member.source_map_header,
            )


def _zip_files(path: Path, file: BinaryIO) -> Iterator[ArtifactFile]:
    archive = open_archive(file)
    for name in archive.namelist():
        segments = path_segments(name)
        if segments and name.endswith(ENDINGS):
            yield ArtifactFile(
                place=f"{path}: {name}",
                shelf=str(path),
                path="/".join(segments),
                own=len(segments),
                is_map=name.endswith(MAP_ENDING),
                read=partial(_content, partial(read_member, archive, name), name),
            )


def _listed(manifest: Manifest) -> Iterator[tuple[str, Member, DebugId | None]]:
    """Yield the members of a bundle with their URLs, or where they have none, their paths, and their debug ids."""
    ids = {member.path: debug_id for (debug_id, _), member in manifest.by_id.items()}
    urls = {member.path: url for url, member in manifest.by_url.items()}
    members = {member.path: member for index in (manifest.by_id, manifest.by_url) for member in index.values()}
    for path, member in members.items():
        yield urls.get(path, path), member, ids.get(path)


def _content(read: Callable[[], bytes | None], name: str) -> bytes:
    content = read()
    if content is None:
        raise MalformedBundle(f"{name} is damaged, or not there")
    return content
