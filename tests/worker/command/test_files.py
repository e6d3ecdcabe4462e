"""``unmangle lookup``, ``inspect`` and ``bundle``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.files.artifact_bundle import Bundle
from worker.command.main import main

CASES = json.loads((Path(__file__).parents[2] / "data" / "ecma426" / "scopes.json").read_text())


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_lookup_says_where_a_place_comes_from(dist, capsys):
    code, out, err = ran(capsys, "lookup", f"{dist}/app.min.js:1:314", "--context", 1)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "refuse (src/money.js:25:9)",
        "        24 | export function refuse(why) {",
        "      > 25 |   throw new RangeError(why); //= refuse",
        "        26 | }",
    ]


def test_lookup_may_ask_the_map_itself(dist, capsys):
    assert ran(capsys, "lookup", f"{dist}/app.min.js.map:1:314")[:2] == (0, "refuse (src/money.js:25:9)\n")


def test_lookup_as_json(dist, capsys):
    _, out, _ = ran(capsys, "lookup", f"{dist}/app.min.js:1:314", "--json")
    assert json.loads(out)["original"]["lineno"] == 25


@pytest.mark.parametrize("place, code, said", [
    pytest.param("app.min.js:9:1", 3, "[not_covered]", id="nothing-there"),
    pytest.param("gone.js:1:1", 1, "gone.js", id="no-such-file"),
])  # fmt: skip
def test_lookup_says_why_not(dist, capsys, place, code, said):
    assert ran(capsys, "lookup", f"{dist}/{place}")[0] == code
    main(["lookup", f"{dist}/{place}"])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("place", ["app.js", "app.js:1", "app.js:0:1", "app.js:1:x", ":1:1"])
def test_lookup_wants_a_line_and_a_column(capsys, place):
    with pytest.raises(SystemExit) as end:
        main(["lookup", place])
    assert end.value.code == 2
    assert "expected FILE:LINE:COL" in capsys.readouterr().err


def test_inspect_says_what_is_in_a_map(dist, capsys):
    code, out, _ = ran(capsys, "inspect", dist / "app.min.js.map")
    assert code == 0
    assert out.splitlines()[1:3] == [
        "  7,130 bytes, 472 mappings, 44 names, 4 sources",
        "     1,926 bytes  ../src/shop.js",
    ]


def test_inspect_says_what_else_a_map_tells(tmp_path, capsys):
    case = next(each for each in CASES if each["name"] == "inlined three deep")
    ranged = case["map"] | {"rangeMappings": "AB", "x_org_dartlang_dart2js": {"frames": "AAAAA;"}}
    (tmp_path / "app.js.map").write_text(json.dumps(ranged))
    _, out, _ = ran(capsys, "inspect", tmp_path / "app.js.map")
    assert "  2 mappings are ranges\n  scopes: 4 of sources, 4 ranges of the code\n" in out
    assert "  x_org_dartlang_dart2js.frames can't be decoded: it counts as absent\n" in out
    broken = ranged | {"rangeMappings": "!", "scopes": "B", "x_org_dartlang_dart2js": {"frames": "AAAAA"}}
    (tmp_path / "app.js.map").write_text(json.dumps(broken))
    _, out, _ = ran(capsys, "inspect", tmp_path / "app.js.map")
    assert [line.split()[0] for line in out.splitlines() if "counts as absent" in line] == ["rangeMappings", "scopes"]
    assert "  1 calls inlined by dart2js\n" in out


def test_inspect_says_which_sources_have_no_content(dist, capsys):
    document = json.loads((dist / "app.min.js.map").read_text())
    (dist / "app.min.js.map").write_text(json.dumps({**document, "sourcesContent": ["x"]}))
    _, out, _ = ran(capsys, "inspect", dist / "app.min.js.map")
    assert "3 sources have no content" in out
    source_map = json.loads(ran(capsys, "inspect", dist, "--json")[1])["source_maps"][0]
    assert [source["size"] for source in source_map["sources"]] == [1, None, None, None]


@pytest.mark.parametrize("file, content, said", [
    pytest.param("app.min.js.map", "<html>", "app.min.js.map", id="html"),
    pytest.param("app.min.js.map", '{"mappings": ""}', "maps nothing", id="empty-map"),
    pytest.param("app.min.js.map", '{"mappings": ";;;;;;AAAA", "sources": [""]}', "of another build", id="longer-map"),
    pytest.param("other.js", "a()", "refers to no source map", id="no-map"),
])  # fmt: skip
def test_inspect_says_what_is_broken(dist, capsys, file, content, said):
    (dist / file).write_text(content)
    code, out, _ = ran(capsys, "inspect", dist)
    assert code == 3
    assert said in out


def test_inspect_verifies_every_token_by_another_decoder(dist, capsys):
    code, out, _ = ran(capsys, "inspect", dist, "--verify")
    assert code == 0
    assert "  the package sourcemap decodes every mapping alike" in out.splitlines()
    assert json.loads(ran(capsys, "inspect", dist, "--verify", "--json")[1])["source_maps"][0]["is_verified"]


def test_inspect_says_where_two_decoders_differ(dist, capsys):
    document = json.loads((dist / "app.min.js.map").read_text())
    # Numbers of more than 32 bits wrap around to 0, as in Symbolicator; not so in Python.
    (dist / "app.min.js.map").write_text(json.dumps({**document, "mappings": "AAAA,ggggggI"}))
    code, out, _ = ran(capsys, "inspect", dist / "app.min.js.map", "--verify")
    assert code == 3
    assert "token 1: 1:1 is unmapped, but to the package sourcemap 1:4294967297 is unmapped" in out


def test_inspect_finds_the_map_of_a_file(dist, capsys):
    code, out, _ = ran(capsys, "inspect", dist / "app.min.js")
    assert code == 0
    assert f"source map {dist}/app.min.js.map" in out


@pytest.mark.parametrize("path", ["gone", "empty"])
def test_inspect_refuses_what_has_nothing_in_it(tmp_path, capsys, path):
    (tmp_path / "empty").mkdir()
    code, _, err = ran(capsys, "inspect", tmp_path / path)
    assert code == 1
    assert path in err


def test_bundle_writes_ids_into_the_folder_and_the_bundle(dist, tmp_path, capsys):
    (dist / "app.min.js").chmod(0o640)
    code, out, err = ran(capsys, "bundle", dist, "-o", tmp_path / "b.zip", "--release", "web@1")
    assert (code, err) == (0, "")
    assert "2 files, 2 with a debug id" in out
    content = Bundle.open((tmp_path / "b.zip").read_bytes())
    member = content.member_by_url("~/app.min.js")
    assert content.read(member) == (dist / "app.min.js").read_bytes()
    assert b"_sentryDebugIds" in content.read(member)
    assert (dist / "app.min.js").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in dist.iterdir()) == ["app.min.js", "app.min.js.map"]


def test_bundling_again_gives_the_same_bundle(dist, tmp_path, capsys):
    for name in ("one.zip", "two.zip"):
        main(["bundle", str(dist), "-o", str(tmp_path / name)])
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert "wrote debug ids into" not in capsys.readouterr().out.split("two.zip", 1)[1]


def test_bundle_leaves_the_folder_alone_if_that_is_wanted(dist, tmp_path, capsys):
    before = {path: path.read_bytes() for path in dist.iterdir()}
    code, out, _ = ran(capsys, "bundle", dist, "-o", tmp_path / "b.zip", "--no-inject", "--json")
    assert code == 0
    assert {path: path.read_bytes() for path in dist.iterdir()} == before
    assert [file["changed"] for file in json.loads(out)["files"]] == [False, False]


@pytest.mark.parametrize("folder", ["gone", "empty"])
def test_bundle_refuses_a_folder_with_nothing_in_it(tmp_path: Path, capsys, folder):
    (tmp_path / "empty").mkdir()
    code, _, err = ran(capsys, "bundle", tmp_path / folder, "-o", tmp_path / "b.zip")
    assert (code, (tmp_path / "b.zip").exists()) == (1, False)
    assert folder in err
