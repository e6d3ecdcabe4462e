"""Reasons that no situation of the worker's tables leads to."""

from __future__ import annotations

import pytest

from core.explain.frame_findings import FrameFindings
from core.explain.uploaded_names import UploadedNames
from core.failures import Failure, FailureKind
from core.files.file_keys import EmbeddedFile, File, FileEntry, FileKey, FileType, ResolvedWith
from core.frames.mapped_frame import MappedEntry, ResolvedModule
from core.wire.frame import Frame
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import Source

PATH = "https://h.test/a.js"


@pytest.mark.parametrize(
    "failure, code, said",
    [
        (Failure(FailureKind.INTERNAL, "the disk is full"), "internal_error", "the disk is full"),
        (Failure(FailureKind.INTERNAL), "internal_error", "internal error"),
        (Failure(FailureKind.MALFORMED, "it takes longer than 60 s"), "map_unreadable", "longer than 60 s"),
    ],
)
def test_a_map_that_could_not_be_read_here(failure, code, said):
    request = SymbolicateRequest(source=Source(id="s", url="https://h.test/"))
    module = ResolvedModule(
        minified=FileEntry(None, File(b"go()"), ResolvedWith.SCRAPING),
        source_map=MappedEntry(EmbeddedFile(), ResolvedWith.SCRAPING, failure),
        source_base=PATH,
        remote_url=None,
    )
    found = FrameFindings(request, {}, UploadedNames({}, ())).of_frame(
        Frame(abs_path=PATH, lineno=1), module, (FileKey(FileType.MINIFIED_SOURCE, PATH), None)
    )
    assert found.reason == code
    assert said in found.cause
