import pytest

from core.sourcemap.map_document import rooted_sources

SOURCES = ["a.js", "/b", "http://h/c", "webpack:///e", "", "../f", "https:d"]


@pytest.mark.parametrize(
    "root, expected",
    [
        pytest.param(None, SOURCES, id="no-root-changes-nothing"),
        pytest.param("", SOURCES, id="an-empty-root-is-none"),
        pytest.param(
            "root",
            ["root/a.js", "/b", "http://h/c", "root/webpack:///e", "root/", "root/../f", "https:d"],
            id="also-before-other-schemes-and-before-nothing",
        ),
        pytest.param(
            "root/",
            ["root/a.js", "/b", "http://h/c", "root/webpack:///e", "root/", "root/../f", "https:d"],
            id="a-slash-at-the-end-is-not-doubled",
        ),
        pytest.param(
            "root//",
            ["root//a.js", "/b", "http://h/c", "root//webpack:///e", "root//", "root//../f", "https:d"],
            id="only-one-slash-is-taken-off",
        ),
        pytest.param(
            "/",
            ["/a.js", "/b", "http://h/c", "/webpack:///e", "/", "/../f", "https:d"],
            id="the-root-is-a-slash",
        ),
        pytest.param(
            "webpack:///",
            [
                "webpack:///a.js",
                "/b",
                "http://h/c",
                "webpack:///webpack:///e",
                "webpack:///",
                "webpack:///../f",
                "https:d",
            ],
            id="the-root-has-a-scheme",
        ),
    ],
)
def test_root_goes_before_relative_sources(root, expected):
    assert rooted_sources(root, SOURCES) == expected


@pytest.mark.parametrize("source", ["C:\\x", "file:///x", "HTTP://x", "~/x"])
def test_other_spellings_count_as_relative(source):
    assert rooted_sources("r", [source]) == [f"r/{source}"]


def test_two_slashes_are_absolute():
    assert rooted_sources("r", ["//x"]) == ["//x"]
