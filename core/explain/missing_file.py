"""Findings about files that can't be had, from the records of what was done for them.

Of several reasons the most telling one counts.  First what was found and is of no use; then a likeness among the
uploads, which says what to change; then what kept us from seeing the uploads; then that there are none, or the web.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.explain.event_findings import unmappable, unusable_debug_id
from core.explain.file_records import FileRecord, Lookup, NotAsked
from core.explain.findings import FILE_NAMES, Finding, Reason, bundle_name, failure_text, quoted
from core.explain.near_misses import misnamed
from core.explain.uploaded_names import UploadedNames, release_name, upload_advice, upload_name
from core.explain.web_findings import is_ordinary, not_from_web
from core.failures import Failure, FailureKind
from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import BundledFile, FileType, IndividualFile
from core.wire.request import SymbolicateRequest

_LISTED = 5


def why_missing(record: FileRecord, failure: Failure, names: UploadedNames, request: SymbolicateRequest) -> Finding:
    """Return why the file of ``record`` can't be had; ``failure`` is what came of it in the end."""
    return next(_reasons(record, failure, names, request))


def _reasons(
    record: FileRecord, failure: Failure, names: UploadedNames, request: SymbolicateRequest
) -> Iterator[Finding]:
    """Yield what may be the reason, the most telling one first; there is always one."""
    key = record.key
    web = None if key.abs_path is None else not_from_web(key, failure, request)
    yield from _found_but_useless(record, failure)
    yield from _unreadable_members(record)
    has_only_path = key.type is FileType.MINIFIED_SOURCE and key.debug_id is None
    if has_only_path:
        yield from filter(None, [unusable_debug_id(key.abs_path or "", request)])
    yield from _misplaced_ids(record, names)
    yield from filter(None, [misnamed(names, key)])
    if has_only_path:
        yield from filter(None, [unmappable(key.abs_path or "", upload_name(key.abs_path or ""))])
    yield from _lookup_troubles(record)
    yield from _bundle_troubles(record)
    nothing_listed = _nothing_listed(record, names, request)
    if web is not None and not is_ordinary(web):
        yield replace(web, cause=f"{web.cause}. {nothing_listed.cause}") if nothing_listed else web
    if nothing_listed is not None:
        yield nothing_listed
    yield _nothing_known(record, web, request)


def _found_but_useless(record: FileRecord, failure: Failure) -> Iterator[Finding]:
    what, origin = FILE_NAMES[record.key.type], record.entry.origin
    if isinstance(origin, BundledFile):
        cause = (
            f"The {what} in the bundle {bundle_name(origin.bundle_uri)} has a reference to its map that makes no sense"
        )
        yield Finding(Reason.REFERENCE_UNREADABLE, f"{cause}: {failure.text}", _REFERENCE_ADVICE, record.key.type)
    if isinstance(origin, IndividualFile):
        cause = (
            f"The {what} is listed as the artifact {bundle_name(origin.uri)}, but can't be had: {failure_text(failure)}"
        )
        reason = Reason.FILE_TOO_LARGE if failure.excess else Reason.ARTIFACT_UNAVAILABLE
        yield Finding(reason, cause, f"Mend the artifact: upload it again. {_NO_SECOND_CHOICE}", record.key.type)


_REFERENCE_ADVICE = (
    "Build again with the source map in a file of its own, or with a `data:` URL of valid base64 or text"
)
_NO_SECOND_CHOICE = "What is listed is not looked for elsewhere"


def _unreadable_members(record: FileRecord) -> Iterator[Finding]:
    what = FILE_NAMES[record.key.type]
    for member in record.unreadable:
        where = f"The bundle {bundle_name(member.bundle_uri)} lists the {what} as {quoted(member.path)}, but"
        if member.excess is not None:
            size, limit = member.excess.size, member.excess.limit
            cause = f"{where} it is too large: {size:,} bytes, at most {limit:,} are read"
            advice = (
                "Make it smaller, or have UNMANGLE_MAX_BUNDLE_FILE_SIZE or UNMANGLE_MAX_BUNDLE_BYTES_PER_REQUEST raised"
            )
            yield Finding(Reason.FILE_TOO_LARGE, cause, advice, record.key.type)
        else:
            cause = f"{where} it is not in the archive, damaged, or not UTF-8"
            advice = "Make the bundle anew and upload it again"
            yield Finding(Reason.FILE_UNREADABLE, cause, advice, record.key.type)


def _misplaced_ids(record: FileRecord, names: UploadedNames) -> Iterator[Finding]:
    key = record.key
    what = FILE_NAMES[key.type]
    if key.debug_id is not None:
        for uploaded in names.with_id(key.debug_id):
            if uploaded.type != key.type.value:
                cause = (
                    f"The bundle {bundle_name(uploaded.owner)} knows the debug id {quoted(key.debug_id)} for "
                    f"{quoted(uploaded.member)}, which is a `{uploaded.type}`, but not for a `{key.type}`"
                )
                advice = f"Upload the {what} as well, as a `{key.type}` with the same debug id"
                yield Finding(Reason.DEBUG_ID_OF_OTHER_TYPE, cause, advice, key.type)
    if key.abs_path is None:
        return
    for uploaded in names.ids_of_files_named_alike(key.abs_path, key.type):
        held = f"The bundle {bundle_name(uploaded.owner)} has {quoted(uploaded.member)} with the debug id "
        if key.debug_id is None:
            cause = f"{held}{quoted(uploaded.debug_id)}, but nothing says that this is the id of {quoted(key.abs_path)}"
            path = quoted(key.abs_path) if key.type is FileType.MINIFIED_SOURCE else "the minified file"
            advice = (
                "Deploy the files with their debug ids, just as they were uploaded, and let the SDK send them "
                f"(`modules`: {path} has {quoted(uploaded.debug_id)})"
            )
            if (other := misnamed(names, key)) is not None:
                advice = f"{advice}. Or: {other.cause}. {other.advice}"
            yield Finding(Reason.DEBUG_ID_NOT_SENT, cause, advice, key.type)
        elif uploaded.debug_id != key.debug_id:
            cause = f"{held}{quoted(uploaded.debug_id)}, but {quoted(key.debug_id)} is looked for: another build"
            advice = f"Upload the files of the build that is deployed: the one with the debug id {quoted(key.debug_id)}"
            yield Finding(Reason.OTHER_BUILD, cause, advice, key.type)


def _lookup_troubles(record: FileRecord) -> Iterator[Finding]:
    lookup = record.lookup
    if lookup is NotAsked.SOURCE_NOT_ALLOWED:
        cause = "The lookup API of this source was not asked: the operator allows other sources only"
        yield Finding(Reason.SOURCE_NOT_ALLOWED, cause, "Have its origin added to UNMANGLE_SOURCE_ORIGINS")
    if lookup is NotAsked.SOURCE_FORBIDDEN:
        cause = "The artifact store was not asked: the request has no token that may read it"
        advice = "Send a token with the right to read as `source.token`, or set UNMANGLE_STORE_OPEN_READS=true"
        yield Finding(Reason.SOURCE_FORBIDDEN, cause, advice)
    if lookup is NotAsked.TOO_LONG:
        yield Finding(Reason.LOOKUP_FAILED, "The question to the lookup API is too long", "Shorten the release or path")
    if not isinstance(lookup, Lookup) or not isinstance(lookup.answer, Failure):
        return
    status = lookup.answer.status
    if status in (401, 403):
        cause = f"The lookup API refused the credentials of the request: it answered {status}"
        yield Finding(Reason.LOOKUP_REFUSED, cause, "Send a valid `source.token` that may read the project's releases")
    elif status is not None and 400 <= status < 500:
        cause = f"The lookup API answered {status}"
        advice = "Check `source.url`: it must be the artifact-lookup endpoint of the project"
        yield Finding(Reason.LOOKUP_FAILED, cause, advice)
    else:
        cause = f"The lookup API could not be asked: {failure_text(lookup.answer)}"
        advice = (
            "Check that the workers reach `source.url`, that it is the artifact-lookup endpoint, and that it is well"
        )
        yield Finding(Reason.LOOKUP_FAILED, cause, advice)


def _bundle_troubles(record: FileRecord) -> Iterator[Finding]:
    lookup = record.lookup
    listed = lookup.answer if isinstance(lookup, Lookup) and not isinstance(lookup.answer, Failure) else ()
    uris = [each.uri for each in listed if isinstance(each, ListedBundle)] or list(record.bundles)
    for uri in uris:
        failure = record.bundles.get(uri)
        if isinstance(failure, Failure):
            yield _bundle_trouble(uri, failure)


def _bundle_trouble(uri: str, failure: Failure) -> Finding:
    cause = f"The bundle {bundle_name(uri)}, which may hold the file,"
    if failure.excess is not None:
        size, limit = failure.excess.size, failure.excess.limit
        cause = f"{cause} is too large ({failure.text}): {size:,}, at most {limit:,} are allowed"
        return Finding(Reason.FILE_TOO_LARGE, cause, "Split it, or have UNMANGLE_MAX_BUNDLE_SIZE or its like raised")
    if failure.kind is FailureKind.MALFORMED:
        advice = "Make the bundle with `unmangle bundle` or `sentry-cli sourcemaps upload`, and upload it again"
        return Finding(Reason.BUNDLE_UNREADABLE, f"{cause} can't be read: {failure.text}", advice)
    advice = (
        "Check that the source still has the bundle, and that the workers reach and may read it; else upload it again"
    )
    return Finding(Reason.BUNDLE_UNAVAILABLE, f"{cause} can't be downloaded: {failure_text(failure)}", advice)


def _nothing_listed(record: FileRecord, names: UploadedNames, request: SymbolicateRequest) -> Finding | None:
    """Return what the lookup API's silence about a file means, None if it wasn't asked."""
    key, lookup = record.key, record.lookup
    advice = upload_advice(key, request)
    advice = advice[0].upper() + advice[1:]
    named = "" if key.abs_path is None else f" {quoted(key.abs_path)}"
    what = f"the {FILE_NAMES[key.type]}{named}"
    if isinstance(lookup, Lookup) and lookup.listed_without_dist:
        nothing = f"The lookup API lists nothing for {release_name(request)} that may be {what}"
        cause = f"{nothing}, but something without the dist"
        return Finding(Reason.OTHER_DIST, cause, f"{advice}, or let the SDK send no dist", key.type)
    if any(not isinstance(bundle, Failure) for bundle in record.bundles.values()) or record.artifacts:
        searched = ", ".join(
            [*map(bundle_name, record.bundles), *(bundle_name(each.uri) for each in record.artifacts)][:_LISTED]
        )
        by_id = "" if key.debug_id is None else f" with the debug id {quoted(key.debug_id)}"
        cause = f"Uploads are listed ({searched}), but none holds {what}{by_id}, or anything that is called alike"
        if key.type is FileType.MINIFIED_SOURCE and names.owners(f"{upload_name(key.abs_path or '')}.map"):
            cause += ". Only its source map is there"
        return Finding(Reason.FILE_NOT_UPLOADED, cause, advice, key.type)
    if isinstance(lookup, Lookup) and key.debug_id is not None:
        cause = f"The lookup API lists nothing for the debug id {quoted(key.debug_id)}"
        return Finding(Reason.DEBUG_ID_NOT_UPLOADED, cause, advice, key.type)
    if isinstance(lookup, Lookup):
        cause = f"The lookup API lists nothing for {release_name(request)} that may be {what}"
        or_dist = "" if request.dist is not None else " or with a dist"
        also = f"If it was uploaded for a release of another name{or_dist}, let the SDK send that"
        return Finding(Reason.NOTHING_UPLOADED, cause, f"{advice}. {also}", key.type)
    return None


def _nothing_known(record: FileRecord, web: Finding | None, request: SymbolicateRequest) -> Finding:
    """Return the finding of a file that could only have come from the web."""
    nothing = "the event has neither a release nor a debug id to look it up by"
    if web is not None:
        return replace(web, cause=f"{web.cause}, and {nothing}")
    return Finding(
        Reason.NOTHING_TO_LOOK_UP_BY, nothing.capitalize(), upload_advice(record.key, request), record.key.type
    )
