"""Readers of the files of the store: as texts, bundles, answers of a lookup."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import MalformedAnswer, MalformedBundle, NoRoom, OversizedBundle
from core.failures import Failure, FailureKind
from core.files.artifact_bundle import Bundle, BundleLimits
from core.files.artifact_lookup import Listed, read_answer
from core.files.manifest import Admit
from core.files.text_files import Text, read_text
from worker.caches.stored_file import StoredFile, release_pages


def read_stored_text(file: StoredFile) -> Text | Failure:
    """Return the text in ``file``, or why it is none."""
    content = file.content()
    text = read_text(content)
    release_pages(content)
    return text


def read_stored_bundle(file: StoredFile, limits: BundleLimits, admit: Admit | None = None) -> Bundle | Failure:
    """Return the bundle in ``file``, which stays open, or why it is none.  Raises what ``admit`` raises."""
    reader = file.reader()
    try:
        return Bundle.open_file(reader, limits, admit)
    except MalformedBundle as error:
        reader.close()
        excess = error.excess if isinstance(error, OversizedBundle) else None
        return Failure(FailureKind.MALFORMED, str(error), excess)
    except NoRoom:
        reader.close()
        raise


def read_stored_answer(file: StoredFile) -> Sequence[Listed] | Failure:
    """Return what the answer of a lookup lists, or why it is none."""
    try:
        return read_answer(file.content()[:])
    except MalformedAnswer as error:
        return Failure(FailureKind.MALFORMED, str(error))
