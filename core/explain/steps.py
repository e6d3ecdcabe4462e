"""What was done for a file, step by step, in the order in which it was done."""

from __future__ import annotations

from collections.abc import Iterator

from core.explain.explanation import Step
from core.explain.findings import FILE_NAMES, bundle_name, failure_text, origin_text, quoted
from core.explain.record import FileRecord, Lookup, NotAsked
from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import BundledFile, Failure
from core.web.paths import candidate_urls
from core.wire.shape_errors import shortened

_MOST = 10
"""How many names of a kind are listed."""


def steps_of(record: FileRecord) -> list[Step]:
    """Return what was done for one file."""
    return [*_uploads(record), *_web(record), _end(record)]


def _uploads(record: FileRecord) -> Iterator[Step]:
    key = record.key
    yield from _lookup(record)
    for uri, manifest in sorted(record.bundles.items(), reverse=True)[:_MOST]:
        if isinstance(manifest, Failure):
            yield _step(record, "bundle", f"the bundle {bundle_name(uri)} can't be had: {failure_text(manifest)}")
    searched = [uri for uri, manifest in record.bundles.items() if not isinstance(manifest, Failure)]
    if not searched and not record.artifacts:
        return
    if key.debug_id is not None and searched:
        here = isinstance(record.entry.origin, BundledFile) and record.entry.resolved_with == "debug-id"
        yield _step(record, "debug_id", f"{quoted(key.debug_id)}: {_where(record, searched, here)}", found=here)
        if here:
            return
    for name in dict.fromkeys(candidate_urls(key.abs_path)) if key.abs_path is not None else ():
        owners = [uri for uri in searched if _holds(record, uri, name)]
        owners += [each.uri for each in record.artifacts if each.abs_path == name]
        said = f"{quoted(name)}: " + (f"in {', '.join(map(bundle_name, owners[:_MOST]))}" if owners else "nowhere")
        yield _step(record, "name", said, found=bool(owners))
    for member in record.unreadable[:_MOST]:
        said = f"{quoted(member.path)} in the bundle {bundle_name(member.bundle_uri)} can't be read"
        yield _step(record, "bundle", said)


def _lookup(record: FileRecord) -> Iterator[Step]:
    lookup = record.lookup
    if isinstance(lookup, NotAsked):
        yield _step(record, "lookup", f"the lookup API was not asked: {lookup.value}")
    if not isinstance(lookup, Lookup):
        return
    asked = ", ".join(f"{name} {quoted(value)}" for name, value in lookup.parameters)
    if isinstance(lookup.answer, Failure):
        said = f"failed ({shortened(lookup.answer.text)})"
    else:
        kinds = [
            ("bundle" if isinstance(each, ListedBundle) else "artifact", each.uri) for each in lookup.answer[:_MOST]
        ]
        said = ", ".join(f"{kind} {bundle_name(uri)}" for kind, uri in kinds) or "nothing"
        if len(lookup.answer) > _MOST:
            said += f" and {len(lookup.answer) - _MOST} more"
    yield _step(record, "lookup", f"asked the lookup API for {asked}: {said}", found=False)
    if lookup.listed_without_dist:
        yield _step(record, "lookup", f"without the dist it would have listed {lookup.listed_without_dist}")


def _web(record: FileRecord) -> Iterator[Step]:
    attempt = record.attempt
    if attempt is not None:
        details = shortened(": ".join(filter(None, [attempt.reason, attempt.details])))
        said = f"{quoted(attempt.url)}: {attempt.status}" + (f" ({details})" if details else "")
        yield _step(record, "web", said, found=attempt.status == "success")


def _end(record: FileRecord) -> Step:
    what = FILE_NAMES[record.key.type]
    if isinstance(record.entry.result, Failure):
        return _step(record, "result", f"no {what}: {failure_text(record.entry.result)}")
    return _step(record, "result", f"the {what} was found {origin_text(record.entry.origin)}", found=True)


def _step(record: FileRecord, tried: str, said: str, *, found: bool = False) -> Step:
    return Step(file=record.key.type, tried=tried, found=found, said=said)


def _where(record: FileRecord, searched: list[str], here: bool) -> str:
    if here and isinstance(record.entry.origin, BundledFile):
        return f"in the bundle {bundle_name(record.entry.origin.bundle_uri)}"
    return f"not in {', '.join(map(bundle_name, sorted(searched, reverse=True)[:_MOST]))}"


def _holds(record: FileRecord, uri: str, name: str) -> bool:
    manifest = record.bundles[uri]
    return not isinstance(manifest, Failure) and name in manifest.by_url
