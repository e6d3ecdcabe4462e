"""Generated files of one request with their source maps, each resolved once, when the first frame needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.failures import Failure
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.file_keys import (
    EmbeddedFile,
    EmbeddedMap,
    File,
    FileEntry,
    FileKey,
    FileType,
    RemoteMap,
    SourceMapReference,
)
from core.frames.mapped_frame import MappedEntry, ResolvedModule, source_map_key
from core.sourcemap.source_map import SourceMap
from core.wire.request import Module
from worker.requests.request_files import RequestFiles


class GeneratedFiles:
    """Resolves the paths of frames, one after another: what is learnt for one serves the next."""

    def __init__(self, files: RequestFiles, modules: Sequence[Module]) -> None:
        """``modules`` say which debug ids belong to which paths; of two for one path the later counts."""
        self._files = files
        self._debug_ids = {module.code_file: parse_debug_id(module.debug_id) for module in modules}
        self._resolved: dict[str, ResolvedModule] = {}
        self.numbers: dict[str, int | None] = {}
        """Those of ``FrameCache``, by the paths of frames, as far as they are known."""

    def known(self, abs_path: str) -> ResolvedModule | None:
        """Return what is known about the generated file ``abs_path`` without looking for it."""
        module = self._resolved.get(abs_path)
        if module is not None:
            return module
        file = self._files.known_module(abs_path, self._debug_ids.get(abs_path))
        if file is None:
            return None
        self.numbers[abs_path] = file.number
        self._resolved[abs_path] = file.module
        return file.module

    def keys_of(self, paths: Iterable[str]) -> list[FileKey]:
        """Return what the generated files at ``paths`` are looked up by, each once."""
        unique = dict.fromkeys(paths)
        return [FileKey(FileType.MINIFIED_SOURCE, path, self._debug_ids.get(path)) for path in unique]

    @property
    def resolved(self) -> Mapping[str, ResolvedModule]:
        """The files that were resolved so far, by the paths of frames."""
        return self._resolved

    async def resolve(self, abs_path: str) -> ResolvedModule:
        """Return what is known about the generated file ``abs_path``, as frames name it."""
        module = self.known(abs_path)
        if module is None:
            debug_id = self._debug_ids.get(abs_path)
            module = await self._files.remembered(abs_path, debug_id, lambda: self._resolve(abs_path, debug_id))
            self._resolved[abs_path] = module
        return module

    async def _resolve(self, abs_path: str, debug_id: DebugId | None) -> ResolvedModule:
        minified = await self._files.get_file(FileKey(FileType.MINIFIED_SOURCE, abs_path, debug_id))
        reference = None if isinstance(minified.result, Failure) else minified.result.source_map
        remote_url = reference.url if isinstance(reference, RemoteMap) else None
        return ResolvedModule(
            minified=minified,
            source_map=await self._source_map(minified, reference, debug_id),
            source_base=abs_path if remote_url is None else remote_url,
            remote_url=remote_url,
        )

    async def _source_map(
        self, minified: FileEntry, reference: SourceMapReference | None, debug_id: DebugId | None
    ) -> MappedEntry | None:
        """Return the source map of a generated file; None if nothing says that it has one."""
        if isinstance(reference, EmbeddedMap):
            result = await self._read(minified, File(reference.content))
            return MappedEntry(EmbeddedFile(), minified.resolved_with, result)
        key = source_map_key(minified, debug_id)
        if key is None:
            return None
        # Also if the generated file is missing: the bundle that its map comes in may serve other files.
        entry = await self._files.get_file(key)
        return MappedEntry(entry.origin, entry.resolved_with, await self._read(minified, entry.result))

    async def _read(self, minified: FileEntry, source_map: File | Failure) -> SourceMap | Failure:
        if isinstance(minified.result, Failure):
            return minified.result
        if isinstance(source_map, Failure):
            return source_map
        return await self._files.read_map(source_map.content, minified.result.content)
