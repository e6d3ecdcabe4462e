import pytest

from core.files.debug_ids import parse_debug_id

HYPHENATED = "dfb8e43a-f242-3d73-a453-aeb6a777ef75"
COMPACT = HYPHENATED.replace("-", "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HYPHENATED, id="hyphenated"),
        pytest.param(HYPHENATED.upper(), id="upper-case"),
        pytest.param(f"{HYPHENATED}-0", id="age-of-one-digit"),
        pytest.param(f"{HYPHENATED}-feedface", id="age-of-eight-digits"),
        pytest.param(f"{HYPHENATED}-feedfacezz z", id="whatever-follows-eight-digits-is-ignored"),
        pytest.param(COMPACT, id="compact"),
        pytest.param(f"{COMPACT}a", id="compact-with-age"),
        pytest.param(f"{COMPACT}feedfacezz", id="compact-with-a-long-age"),
        pytest.param("418e89c31", id="short"),
        pytest.param("418E89C3-1", id="short-with-hyphen"),
        pytest.param("418E89C3-12345678", id="short-with-a-full-age"),
    ],
)
def test_accepted(text):
    assert parse_debug_id(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(COMPACT[:-1], id="a-digit-short"),
        pytest.param(f"{HYPHENATED}-", id="nothing-after-the-hyphen"),
        pytest.param(f"{HYPHENATED}a", id="hyphenated-with-age-without-hyphen"),
        pytest.param(f"{COMPACT}-a", id="compact-with-hyphen-before-age"),
        pytest.param(f"{HYPHENATED}-feedfacz", id="a-letter-among-the-first-eight"),
        pytest.param("418e89c3", id="short-without-age"),
        pytest.param("418e89c3-123456789", id="short-with-nine-digits"),
        pytest.param(f"{{{HYPHENATED}}}", id="braces"),
        pytest.param(f"urn:uuid:{HYPHENATED}", id="urn"),
        pytest.param(f" {HYPHENATED}", id="space-before"),
        pytest.param(f"{HYPHENATED}\n", id="newline-after"),
        pytest.param(f"{COMPACT[:-1]}٣", id="a-digit-of-another-script"),
        pytest.param("not-an-id", id="nonsense"),
    ],
)
def test_refused(text):
    assert parse_debug_id(text) is None
