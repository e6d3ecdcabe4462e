import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from http import HTTPStatus
from pathlib import Path

import orjson
import pytest

from examples.artifacts import BUNDLE_FILE, RELEASE_ARTIFACTS, bundle_debug_id
from examples.lookup_server import HOST, PATH, TOKEN, answer, start_server
from tests.waiting import PATIENCE_S

DEBUG_ID = bundle_debug_id()
BEARER = f"Bearer {TOKEN}"
STEM = "release=shop%401.0.0&url=%2Fassets%2Fshop"
ORIGIN = "http://source.test:3022"
ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "examples.lookup_server"]

SCRIPT = {
    "type": "file",
    "id": "release_file/1",
    "url": f"{ORIGIN}{PATH}?download=release_file/1",
    "abs_path": "~/assets/shop.min.js",
    "headers": {"Sourcemap": "shop.min.js.map"},
    "resolved_with": "release-old",
}
SOURCE_MAP = {
    "type": "file",
    "id": "release_file/2",
    "url": f"{ORIGIN}{PATH}?download=release_file/2",
    "abs_path": "~/assets/shop.min.js.map",
    "headers": {},
    "resolved_with": "release-old",
}
BUNDLE = {
    "type": "bundle",
    "id": "artifact_bundle/3",
    "url": f"{ORIGIN}{PATH}?download=artifact_bundle/3",
    "resolved_with": "debug-id",
}


@pytest.mark.parametrize(
    "query, listed",
    [
        pytest.param(STEM, [SCRIPT, SOURCE_MAP], id="release-and-stem"),
        pytest.param(f"{STEM}&dist=a", [SCRIPT, SOURCE_MAP], id="any-dist"),
        pytest.param("release=shop%401.0.0&url=%2Fassets%2Fsho", [], id="part-of-a-stem"),
        pytest.param("release=shop%401.0.0&url=%2Fcheckout", [], id="a-file-nobody-uploaded"),
        pytest.param("release=shop%402.0.0&url=%2Fassets%2Fshop", [], id="another-release"),
        pytest.param("release=shop%401.0.0", [], id="release-without-url"),
        pytest.param("url=%2Fassets%2Fshop", [], id="url-without-release"),
        pytest.param("", [], id="nothing"),
        pytest.param(f"debug_id={DEBUG_ID}", [BUNDLE], id="debug-id"),
        pytest.param(
            f"{STEM}&debug_id={DEBUG_ID}",
            [BUNDLE],
            id="debug-id-comes-first",
        ),
        pytest.param(
            f"{STEM}&debug_id=2f259f80-58b7-44cb-d7cd-de1505e7e718",
            [SCRIPT, SOURCE_MAP],
            id="unknown-debug-id-falls-back-to-release",
        ),
        pytest.param("debug_id=2f259f80-58b7-44cb-d7cd-de1505e7e718", [], id="unknown-debug-id"),
    ],
)
def test_a_query_is_answered_with_what_was_uploaded_for_it(query, listed):
    reply = answer(f"{PATH}?{query}", BEARER, ORIGIN)
    assert (reply.status, orjson.loads(reply.body)) == (HTTPStatus.OK, listed)


@pytest.mark.parametrize(
    "file_id, file",
    [
        *(pytest.param(artifact.id, artifact.file, id=artifact.id) for artifact in RELEASE_ARTIFACTS),
        pytest.param("artifact_bundle/3", BUNDLE_FILE, id="artifact_bundle/3"),
    ],
)
def test_a_listed_file_is_there_to_download(file_id, file):
    reply = answer(f"{PATH}?download={file_id}", BEARER, ORIGIN)
    assert (reply.status, reply.body) == (HTTPStatus.OK, file.read_bytes())


@pytest.mark.parametrize(
    "target, authorization, status",
    [
        pytest.param(PATH, None, 401, id="lookup-without-token"),
        pytest.param(PATH, "Bearer wrong", 401, id="lookup-with-wrong-token"),
        pytest.param(PATH, TOKEN, 401, id="token-without-its-scheme"),
        pytest.param(f"{PATH}?download=artifact_bundle/3", None, 401, id="download-without-token"),
        pytest.param(f"{PATH}?download=artifact_bundle/4", BEARER, 404, id="no-such-file"),
        pytest.param(f"{PATH}?download=../../README.md", BEARER, 404, id="a-path-is-not-an-id"),
        pytest.param("/", BEARER, 404, id="no-such-place"),
    ],
)
def test_a_request_is_refused(target, authorization, status):
    reply = answer(target, authorization, ORIGIN)
    assert reply.status == status
    assert orjson.loads(reply.body).keys() == {"detail"}


@pytest.fixture
def port():
    with start_server(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_download_url_has_the_host_that_the_client_asked(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    target = f"{PATH}?debug_id={DEBUG_ID}"
    connection.request("GET", target, headers={"Authorization": BEARER, "Host": "source.test:3022"})
    assert orjson.loads(connection.getresponse().read()) == [BUNDLE]
    connection.close()


def test_one_connection_serves_a_lookup_and_the_download_after_it(port):
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    for target in (f"{PATH}?debug_id={DEBUG_ID}", f"{PATH}?download=artifact_bundle/3"):
        connection.request("GET", target, headers={"Authorization": BEARER})
        reply = connection.getresponse()
        assert (reply.status, reply.will_close) == (HTTPStatus.OK, False)
        body = reply.read()
    assert body == BUNDLE_FILE.read_bytes()
    connection.close()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_without_a_complaint(stop):
    with subprocess.Popen([*COMMAND, "--port", "0"], stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stderr is not None
        assert server.stderr.readline().startswith(f"The shop's artifacts are at http://{HOST}:")
        server.send_signal(stop)
        assert server.stderr.read() == "Stopped.\n"
    assert server.returncode == 0


def test_a_taken_port_is_one_clear_line():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        command = [*COMMAND, "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S, check=False)
    reason = os.strerror(errno.EADDRINUSE)
    assert ended.returncode == 1
    assert ended.stderr == f"can't listen on {HOST}:{port}: {reason} (choose another --port)\n"
