from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files.debug_ids import parse_debug_id

UUID_TEXT = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
COMPACT = "2f259f8058b744cbd7cdde1505e7e718"


@pytest.mark.parametrize("text, canonical", [
    pytest.param(COMPACT.upper(), UUID_TEXT, id="compact-and-upper-case"),
    pytest.param(UUID_TEXT, UUID_TEXT, id="canonical-stays"),
    pytest.param(f"{UUID_TEXT}-0", UUID_TEXT, id="appendix-zero-is-none"),
    pytest.param(f"{UUID_TEXT}-00000000", UUID_TEXT, id="eight-zeros-are-zero"),
    pytest.param(f"{COMPACT}a", f"{UUID_TEXT}-a", id="compact-appendix-follows-directly"),
    pytest.param(f"{UUID_TEXT}-0A", f"{UUID_TEXT}-a", id="appendix-is-a-lower-case-number"),
    pytest.param(f"{UUID_TEXT}-feedface", f"{UUID_TEXT}-feedface", id="eight-digits-fit"),
    pytest.param(f"{UUID_TEXT}-feedfacecafe", f"{UUID_TEXT}-feedface", id="digits-beyond-eight-are-ignored"),
    pytest.param(f"{COMPACT}feedfacecafe", f"{UUID_TEXT}-feedface", id="compact-digits-beyond-eight-are-ignored"),
    pytest.param("418e89c31", "418E89C3-1", id="compact-pdb"),
    pytest.param("418E89C3-1", "418E89C3-1", id="hyphenated-pdb"),
    pytest.param("418e89c3-0000000A", "418E89C3-a", id="long-pdb"),
    pytest.param("418e89c3-0", "418E89C3-0", id="a-pdb-keeps-its-zero"),
    pytest.param("0" * 32, "00000000-0000-0000-0000-000000000000", id="all-zeros-are-an-id"),
])  # fmt: skip
def test_debug_ids_have_one_canonical_form(text: str, canonical: str) -> None:
    assert parse_debug_id(text) == canonical


@pytest.mark.parametrize("text", [
    pytest.param("some-debug-id", id="words"),
    pytest.param("", id="empty"),
    pytest.param(f"{{{UUID_TEXT}}}", id="braces"),
    pytest.param(f"{{{COMPACT}}}", id="braces-around-compact"),
    pytest.param(f"urn:uuid:{UUID_TEXT}", id="urn"),
    pytest.param(f"{UUID_TEXT}-", id="trailing-hyphen"),
    pytest.param(f"{COMPACT}-", id="trailing-hyphen-after-compact"),
    pytest.param(UUID_TEXT[:-1], id="one-digit-short"),
    pytest.param(COMPACT[:-1], id="compact-one-digit-short"),
    pytest.param("418E89C3", id="pdb-without-appendix"),
    pytest.param("418E89C3-", id="pdb-with-empty-appendix"),
    pytest.param("418E89C3-123456789", id="pdb-with-long-appendix"),
    pytest.param(f"{COMPACT}-a", id="compact-with-hyphenated-appendix"),
    pytest.param(f"{UUID_TEXT}a", id="hyphenated-with-direct-appendix"),
    pytest.param("2f259f805-8b7-44cb-d7cd-de1505e7e718", id="misplaced-hyphens"),
    pytest.param("2f259f80-58b744cb-d7cd-de1505e7e718", id="missing-hyphen"),
    pytest.param(f" {UUID_TEXT}", id="leading-space"),
    pytest.param(f"{UUID_TEXT} ", id="trailing-space"),
    pytest.param(f"{UUID_TEXT}\n", id="trailing-newline"),
    pytest.param(f"{COMPACT}\n", id="compact-with-trailing-newline"),
    pytest.param(f"{UUID_TEXT}-0x1", id="appendix-with-a-prefix"),
    pytest.param(f"{UUID_TEXT}-+1", id="appendix-with-a-sign"),
    pytest.param(f"{UUID_TEXT}-1_0", id="appendix-with-an-underscore"),
    pytest.param(f"{COMPACT[:-1]}g", id="not-hexadecimal"),
    pytest.param(f"{COMPACT[:-1]}\uff11", id="digits-beyond-ascii"),
])  # fmt: skip
def test_text_that_is_no_debug_id(text: str) -> None:
    assert parse_debug_id(text) is None


@given(st.uuids(), st.integers(min_value=0, max_value=0xFFFFFFFF))
def test_every_spelling_means_the_same_id(uuid: UUID, appendix: int) -> None:
    spellings = {f"{uuid}-{appendix:x}", f"{uuid.hex}{appendix:x}", f"{uuid}-{appendix:08X}".upper()}
    assert {parse_debug_id(spelling) for spelling in spellings} == {f"{uuid}-{appendix:x}" if appendix else str(uuid)}


@given(st.text() | st.text(alphabet="0123456789abcdefABCDEF-", min_size=8, max_size=50))
def test_a_canonical_form_parses_to_itself(text: str) -> None:
    debug_id = parse_debug_id(text)
    assert debug_id is None or parse_debug_id(debug_id) == debug_id
