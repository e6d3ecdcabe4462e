"""The committed files of the example belong together, and say the truth."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import sourcemap

from core.files.artifact_lookup import lookup_parameters, lookup_url, may_see_credentials, read_answer
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import FileKey, FileType
from core.web.urls import parse_url
from core.wire.request import SymbolicateRequest, decode_request
from examples.artifacts import BUNDLE_ID, RELEASE, RELEASE_ARTIFACTS
from examples.lookup_server import HOST, PATH, TOKEN, answer

EXAMPLES = Path(__file__).parents[2] / "examples"
SHOP = EXAMPLES / "shop"
DIST = {"release": SHOP / "dist" / "esbuild", "debug_id": SHOP / "dist" / "rollup"}

each_example = pytest.mark.parametrize("name", DIST)


def load(path: Path) -> Any:
    return orjson.loads(path.read_bytes())


def requested_frames(name: str) -> list[dict[str, Any]]:
    return load(EXAMPLES / "requests" / f"{name}.json")["stacktraces"][0]["frames"]


def expected_frames(name: str) -> list[dict[str, Any]]:
    return load(EXAMPLES / "expected" / f"{name}.json")["frames"]


def symbolicated(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["data"]["symbolicated"]]


@each_example
def test_a_request_is_one_that_the_service_accepts(name):
    request = decode_request(load(EXAMPLES / "requests" / f"{name}.json"))
    assert not request.scraping_enabled
    assert request.options.frame_order == "caller_first"


@each_example
def test_a_request_names_the_lookup_server_and_its_token(name):
    source = load(EXAMPLES / "requests" / f"{name}.json")["source"]
    assert (source["url"], source["token"]) == (f"http://{HOST}:3022{PATH}", TOKEN)


@pytest.mark.parametrize(
    "name, file_ids",
    [
        pytest.param("release", [artifact.id for artifact in RELEASE_ARTIFACTS], id="release-lists-both-files"),
        pytest.param("debug_id", [BUNDLE_ID], id="debug-id-lists-the-bundle"),
    ],
)
def test_what_the_service_asks_for_a_request_lists_its_files_and_they_get_the_token(name, file_ids):
    request = decode_request(load(EXAMPLES / "requests" / f"{name}.json"))
    source_url = parse_url(request.source.url)
    parameters = lookup_parameters(minified_file_key(request), request.release, request.dist)
    asked = lookup_url(source_url, parameters)
    origin = request.source.url.removesuffix(PATH)
    reply = answer(asked.href.removeprefix(origin), f"Bearer {request.source.token}", origin)
    listed = read_answer(reply.body)
    assert [entry.id for entry in listed] == file_ids
    assert all(may_see_credentials(entry.url, source_url) for entry in listed)


def minified_file_key(request: SymbolicateRequest) -> FileKey:
    ids = {module.code_file: parse_debug_id(module.debug_id) for module in request.modules}
    abs_path = request.stacktraces[0].frames[-1].abs_path
    return FileKey(FileType.MINIFIED_SOURCE, abs_path, ids.get(abs_path))


def test_one_request_is_found_by_its_release_and_the_other_by_debug_id_alone():
    by_release, by_debug_id = (load(EXAMPLES / "requests" / f"{name}.json") for name in ("release", "debug_id"))
    assert (by_release.get("release"), by_release.get("modules")) == (RELEASE, None)
    assert (by_debug_id.get("release"), len(by_debug_id["modules"])) == (None, 1)


@each_example
def test_a_request_has_the_positions_of_the_recorded_stack_caller_first(name):
    stack = (EXAMPLES / "traces" / f"{name}.txt").read_text("utf-8")
    printed = re.findall(r"([^\s(]+):(\d+):(\d+)\)?$", stack, re.MULTILINE)
    sent = [(frame["abs_path"], str(frame["lineno"]), str(frame["colno"])) for frame in requested_frames(name)]
    of_sent_files = [position for position in printed if position[0] in {path for path, _, _ in sent}]
    assert sent == of_sent_files[::-1]


def test_a_frame_of_node_itself_is_expected_back_as_it_was_sent():
    pairs = zip(requested_frames("debug_id"), expected_frames("debug_id"), strict=True)
    unmapped = [(sent, expected) for sent, expected in pairs if not expected["data"]["symbolicated"]]
    assert [expected["abs_path"] for _, expected in unmapped] == ["node:internal/process/task_queues"]
    assert all(expected == {**sent, "data": {"symbolicated": False}} for sent, expected in unmapped)


# Read off the sources by a person: where each call of the chain is, and the code that it points at.
CHAIN = [
    ("main.ts", "await checkout(cart, codes);"),
    ("checkout.ts", "receipt(vouchers);"),
    ("cart.ts", "#reduced(sumOf("),
    ("cart.ts", "deductionsFrom(price, vouchers);"),
    ("pricing.ts", "map((voucher) => {"),
    ("pricing.ts", "worthOf(voucher, price) };"),
    ("vouchers.ts", "cents) return price;"),
]


@pytest.mark.parametrize(
    "name, chain",
    [
        pytest.param("release", CHAIN, id="esbuild"),
        # terser has no token for an `await`: the one before it counts
        pytest.param("debug_id", [("main.ts", "return await checkout("), *CHAIN[1:]], id="rollup"),
    ],
)
def test_the_expected_frames_point_at_the_calls_of_the_chain(name, chain):
    frames = symbolicated(expected_frames(name))
    assert [Path(frame["filename"]).name for frame in frames] == [file for file, _ in chain]
    for frame, (_, code) in zip(frames, chain, strict=True):
        assert code_at(frame["context_line"], frame["colno"]).startswith(code)


def code_at(line: str, colno: int) -> str:
    """Return ``line`` from ``colno`` on, which counts UTF-16 code units from 1."""
    return line.encode("utf-16-le")[2 * (colno - 1) :].decode("utf-16-le")


@each_example
def test_the_expected_source_lines_are_those_of_the_sources(name):
    for frame in symbolicated(expected_frames(name)):
        source = (DIST[name] / frame["filename"]).resolve()
        assert source.is_relative_to(SHOP / "src")
        assert frame["context_line"] == source.read_text("utf-8").split("\n")[frame["lineno"] - 1]


@each_example
def test_no_expected_source_line_is_so_long_that_it_comes_back_cut(name):
    assert max(len(frame["context_line"].encode()) for frame in symbolicated(expected_frames(name))) <= 150


@each_example
def test_another_decoder_maps_every_frame_to_the_expected_position(name):
    index = sourcemap.loads((DIST[name] / "shop.min.js.map").read_text("utf-8"))
    sent = [frame for frame in requested_frames(name) if frame["abs_path"].startswith("https:")]
    tokens = [index.lookup(line=frame["lineno"] - 1, column=frame["colno"] - 1) for frame in sent]
    assert [(token.src, token.src_line + 1, token.src_col + 1) for token in tokens] == [
        (frame["filename"], frame["lineno"], frame["colno"]) for frame in symbolicated(expected_frames(name))
    ]


@each_example
def test_a_source_map_holds_the_sources_as_they_are(name):
    source_map = load(DIST[name] / "shop.min.js.map")
    held = dict(zip(source_map["sources"], source_map["sourcesContent"], strict=True))
    assert held == {f"../../src/{file.name}": file.read_text("utf-8") for file in (SHOP / "src").iterdir()}


@each_example
def test_a_built_file_names_its_source_map(name):
    assert "\n//# sourceMappingURL=shop.min.js.map\n" in (DIST[name] / "shop.min.js").read_text("utf-8")


@each_example
def test_a_built_file_has_an_emoji_before_the_thrown_position_so_columns_are_not_code_points(name):
    first_line = (DIST[name] / "shop.min.js").read_text("utf-8").split("\n")[0]
    thrown_at = requested_frames(name)[-1]["colno"]
    assert any(character > "\uffff" for character in first_line[:thrown_at])


def test_the_build_for_the_release_has_no_debug_id():
    assert "debugId" not in (DIST["release"] / "shop.min.js").read_text("utf-8")
    assert load(DIST["release"] / "shop.min.js.map").keys().isdisjoint({"debugId", "debug_id"})


def test_the_other_build_has_one_debug_id_in_both_files_and_in_its_request():
    debug_id = load(DIST["debug_id"] / "shop.min.js.map")["debugId"]
    assert f"\n//# debugId={debug_id}\n" in (DIST["debug_id"] / "shop.min.js").read_text("utf-8")
    assert [module["debug_id"] for module in load(EXAMPLES / "requests" / "debug_id.json")["modules"]] == [debug_id]
