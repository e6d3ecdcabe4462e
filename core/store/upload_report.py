"""Findings of an upload: their codes in the order of their gravity, and how they are told to clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from core.errors import UnmangleError
from core.store.upload_records import UploadFinding, UploadRecord, UploadReport

_MOST_OF_EACH = 20
_MOST_LINES = 20


class FindingCode(StrEnum):
    """Codes of findings, the gravest first."""

    # The upload is refused.
    NOT_A_BUNDLE = "not_a_bundle"
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_MALFORMED = "manifest_malformed"
    EMPTY = "empty"
    NOTHING_TO_FIND_BY = "nothing_to_find_by"
    TOO_LARGE = "too_large"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    SUSPICIOUS_ARCHIVE = "suspicious_archive"
    MEMBER_MISSING = "member_missing"
    MEMBER_DAMAGED = "member_damaged"
    BAD_RELEASE = "bad_release"
    BAD_DIST = "bad_dist"
    CHECKSUM_DIFFERS = "checksum_differs"
    QUOTA = "quota"
    UNCHECKABLE = "uncheckable"
    # The upload is taken, or refused by who is strict.
    DEBUG_ID_MISSING = "debug_id_missing"
    DEBUG_ID_DIFFERS = "debug_id_differs"
    DEBUG_ID_IN_CODE_DIFFERS = "debug_id_in_code_differs"
    DEBUG_ID_TWICE = "debug_id_twice"
    MAP_MISSING = "map_missing"
    REFERENCE_NOT_FOUND = "reference_not_found"
    MAP_MALFORMED = "map_malformed"
    MAP_UNUSED = "map_unused"
    SOURCES_MISSING = "sources_missing"
    HTML_INSTEAD = "html_instead"
    NAME_ODD = "name_odd"
    RELEASE_NO_NAME = "release_no_name"
    OTHER_ORG = "other_org"
    LINK_SKIPPED = "link_skipped"
    # Notes.
    NAMES_BY_ID_ONLY = "names_by_id_only"
    REPLACES = "replaces"


NOTES = frozenset((FindingCode.NAMES_BY_ID_ONLY, FindingCode.REPLACES))
_GRAVITY = {code.value: gravity for gravity, code in enumerate(FindingCode)}
_FIRST_WARNING = _GRAVITY[FindingCode.DEBUG_ID_MISSING]


class UploadRefused(UnmangleError):
    """An upload can't be taken; ``findings`` say why."""

    def __init__(self, findings: Sequence[UploadFinding]) -> None:
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        return "; ".join(f"{finding.code}: {finding.said}" for finding in self.findings)


def refusal(code: FindingCode, said: str, file: str | None = None) -> UploadRefused:
    """Return what is to be raised for an upload that can't be taken."""
    return UploadRefused([UploadFinding(code, said, file)])


def is_error(finding: UploadFinding) -> bool:
    """Return whether a finding alone refuses an upload."""
    return _gravity(finding) < _FIRST_WARNING


def is_note(finding: UploadFinding) -> bool:
    """Return whether a finding is no problem."""
    return finding.code in NOTES


def make_report(findings: Iterable[UploadFinding], unchecked: int = 0) -> UploadReport:
    """Return the report of findings, at most 20 of a code: the last of them says how many more there are."""
    groups: dict[str, list[UploadFinding]] = {}
    for finding in sorted(findings, key=_gravity):
        groups.setdefault(finding.code, []).append(finding)
    all_findings = [finding for group in groups.values() for finding in group]
    problems = [finding for finding in all_findings if not is_note(finding)]
    errors = sum(1 + finding.more for finding in problems if is_error(finding))
    return UploadReport(
        errors=errors,
        warnings=sum(1 + finding.more for finding in problems) - errors,
        findings=[finding for group in groups.values() for finding in _first(group)],
        unchecked=unchecked,
    )


def refused_text(report: UploadReport, files: int) -> str:
    """Return what a refused client is told: how much is wrong, and a line for each of the gravest findings."""
    problems = [finding for finding in report.findings if not is_note(finding)]
    number = report.errors + report.warnings
    where = f" in {files} files" if files else ""
    head = f"refused: {number} problem{'s' if number != 1 else ''}{where}"
    lines = [finding_line(finding) for finding in problems[:_MOST_LINES]]
    rest = number - len(lines)
    return "\n".join([head, *lines, *([f"… and {rest} more"] if rest > 0 else [])])


def uploaded_text(record: UploadRecord, report: UploadReport) -> str:
    """Return what people are told of an upload that was taken: what it has, then its findings, a line each."""
    counts = record.counts
    release = "" if record.release is None else f", release {record.release}"
    dist = "" if record.dist is None else f", dist {record.dist}"
    head = (
        f"uploaded {record.id} to {record.org}/{','.join(record.projects)}{release}{dist}: {counts.files} files, "
        f"{counts.maps} source maps, {counts.debug_ids} debug ids, {record.bytes} bytes"
    )
    rest = [f"{report.unchecked} files were not looked into: there is too much of it"] if report.unchecked else []
    return "".join(f"{line}\n" for line in [head, *map(_line_with_more, report.findings), *rest])


def finding_line(finding: UploadFinding) -> str:
    """Return a finding on one line."""
    return f"{finding.code}{f' {finding.file}' if finding.file else ''}: {finding.said}"


def _line_with_more(finding: UploadFinding) -> str:
    return f"{finding_line(finding)}{f' (and {finding.more} more files)' if finding.more else ''}"


def _gravity(finding: UploadFinding) -> int:
    return _GRAVITY.get(finding.code, len(_GRAVITY))


def _first(group: list[UploadFinding]) -> list[UploadFinding]:
    shown = group[:_MOST_OF_EACH]
    rest = sum(1 + finding.more for finding in group[_MOST_OF_EACH:])
    last = shown[-1]
    return [*shown[:-1], UploadFinding(last.code, last.said, last.file, last.more + rest)]
