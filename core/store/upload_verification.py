"""Verification of uploads: what lookups would find for the files of a deployment, and whether their maps are there.

The choice among entries is that of lookups: ``core.store.store_index``.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from core.concurrency import all_of
from core.files.debug_ids import DebugId, parse_debug_id
from core.store.object_store import ObjectMissing, Objects
from core.store.store_index import newest_by_id, newest_by_names, read_id_entries, read_name_entries
from core.store.store_keys import OrgKeys
from core.store.store_names import release_name
from core.store.upload_records import Contents, ListedMember, MalformedDocument, decode_contents
from core.web.paths import candidate_urls, join_paths

MAX_VERIFIED_FILES = 5_000

_AT_ONCE = 16
_HOST = "http://unmangle.invalid"


class DeployedFile(msgspec.Struct, frozen=True):
    """A file as it is deployed: a URL or ``~/path``, and the debug id that events carry."""

    name: str
    debug_id: str | None = None


class VerifyRequest(msgspec.Struct, frozen=True):
    """Body of a request to verify."""

    files: list[DeployedFile]
    release: str | None = None
    dist: str | None = None


class VerifiedFile(msgspec.Struct, frozen=True):
    """Result for one file: how it is found (``debug-id`` or ``index``), in which upload, and whether with a map."""

    name: str
    found: str | None
    upload: str | None
    map: bool
    said: str


class Verification:
    """Lookups for the files of one request."""

    def __init__(self, objects: Objects, org: str, project: str, request: VerifyRequest) -> None:
        self._objects = objects
        self._keys = OrgKeys(org)
        self._project = project
        self._request = request
        self._release = release_name(request.release)
        self._contents: dict[str, Contents | None] = {}

    async def files(self) -> Sequence[VerifiedFile]:
        """Return the results in the order of the request.  Raises ObjectStoreUnavailable."""
        return await all_of(self._file, self._request.files, _AT_ONCE)

    async def _file(self, file: DeployedFile) -> VerifiedFile:
        debug_id = parse_debug_id(file.debug_id or "")
        if debug_id is not None:
            found = await self._by_id(file.name, debug_id)
            if found is not None:
                return found
        if self._release is not None:
            found = await self._by_name(file.name, self._release)
            if found is not None:
                return found
        return VerifiedFile(file.name, None, None, False, self._why_nothing(debug_id, file.debug_id))

    def _why_nothing(self, debug_id: DebugId | None, text: str | None) -> str:
        missing = []
        if debug_id is not None:
            missing.append(f"no upload has the debug id {debug_id}")
        elif text:
            missing.append(f"{text[:60]!r} is no debug id")
        else:
            missing.append("it has no debug id")
        if self._release is not None:
            dist = f" with dist {self._request.dist}" if self._request.dist else ""
            missing.append(f"the release {self._release}{dist} has no file of this name")
        else:
            missing.append("no release is given")
        return ", and ".join(missing)

    async def _by_id(self, name: str, debug_id: DebugId) -> VerifiedFile | None:
        page = await self._objects.first_page(self._keys.by_id(debug_id))
        entries = [entry for entry in read_id_entries(head.name for head in page) if entry.project == self._project]
        uploads = newest_by_id(entries, self._project)
        if not uploads:
            return None
        has_map = any("m" in entry.kinds for entry in entries)
        if has_map:
            return VerifiedFile(name, "debug-id", uploads[0], True, f"found by the debug id {debug_id}")
        contents = await self._listed(uploads[0])
        member = _with_id(contents, debug_id)
        referred = None if contents is None or member is None else await self._referred_map(member, contents)
        if referred is None:
            said = f"no upload has a source map with the debug id {debug_id}"
            return VerifiedFile(name, "debug-id", uploads[0], False, said)
        if referred.debug_id not in (None, debug_id):
            return VerifiedFile(name, "debug-id", uploads[0], False, _of_another_build(referred))
        said = f"found by the debug id {debug_id}, its map by name"
        return VerifiedFile(name, "debug-id", uploads[0], True, said)

    async def _by_name(self, name: str, release: str) -> VerifiedFile | None:
        for upload in await self._named(name, release):
            contents = await self._listed(upload)
            member = _with_name(contents, name)
            if contents is None or member is None:
                continue
            why_not = await self._why_unmapped(member, contents)
            said = f"found as {member.name}" if why_not is None else why_not
            return VerifiedFile(name, "index", upload, why_not is None, said)
        return None

    async def _named(self, name: str, release: str) -> list[str]:
        page = await self._objects.first_page(self._keys.by_name(release, self._request.dist, name))
        return newest_by_names(read_name_entries(head.name for head in page), self._project, name)

    async def _why_unmapped(self, member: ListedMember, contents: Contents) -> str | None:
        """Return why there is no source map for a file that was found by its name, None if there is one."""
        debug_id = parse_debug_id(member.debug_id or "")
        if debug_id is not None:
            if any(file.type == "source_map" and file.debug_id == debug_id for file in contents.files):
                return None
            page = await self._objects.first_page(self._keys.by_id(debug_id))
            entries = read_id_entries(head.name for head in page)
            if any("m" in entry.kinds for entry in entries if entry.project == self._project):
                return None
        referred = await self._referred_map(member, contents)
        if referred is None:
            return _why_no_map(member)
        is_other = debug_id is not None and referred.debug_id not in (None, debug_id)
        return _of_another_build(referred) if is_other else None

    async def _referred_map(self, member: ListedMember, contents: Contents) -> ListedMember | None:
        """Return the map that a file refers to, which may be in another upload of the release."""
        if not member.reference or not member.name:
            return None
        base = f"{_HOST}{member.name[1:]}" if member.name.startswith("~") else member.name
        url = join_paths(base, member.reference)
        found = _with_name(contents, url)
        if found is not None or self._release is None:
            return found
        for upload in await self._named(url, self._release):
            found = _with_name(await self._listed(upload), url)
            if found is not None:
                return found
        return None

    async def _listed(self, upload: str) -> Contents | None:
        if upload not in self._contents:
            try:
                self._contents[upload] = decode_contents(await self._objects.get(self._keys.contents(upload)))
            except (ObjectMissing, MalformedDocument):
                self._contents[upload] = None
        return self._contents[upload]


def _why_no_map(member: ListedMember) -> str:
    if member.reference:
        return f"it refers to {member.reference[:200]}, and there is no such source map in the release"
    return f"it was uploaded as {member.name}, but it refers to no source map"


def _of_another_build(source_map: ListedMember) -> str:
    return f"its source map {source_map.name} has another debug id, {source_map.debug_id}: it is of another build"


def _with_id(contents: Contents | None, debug_id: DebugId) -> ListedMember | None:
    files = () if contents is None else contents.files
    return next((file for file in files if file.type != "source_map" and file.debug_id == debug_id), None)


def _with_name(contents: Contents | None, name: str) -> ListedMember | None:
    """Return the file that a name means, by the best of the names that it may have been uploaded under."""
    by_name = {} if contents is None else {file.name: file for file in contents.files}
    return next((by_name[candidate] for candidate in candidate_urls(name) if candidate in by_name), None)
