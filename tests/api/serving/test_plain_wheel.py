"""``unmangle serve`` from a plain wheel: all that it needs is in there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import orjson
import pytest

from api.serving.redis_server import find_redis_server
from tests.api.serving.test_service import ROOT, serving
from tests.waiting import PATIENCE_S

SOURCES = ("api", "core", "worker", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with the wheel, the packages of this one, and the kernels that are compiled already."""
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    python = folder / "bin" / "python"
    subprocess.run([*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel(tmp_path)], check=True)
    (site / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # comes behind what is in the wheel
    for kernel in (ROOT / "core").rglob("*.so"):
        shutil.copy(kernel, site / kernel.relative_to(ROOT))
    return folder


def wheel(folder: Path) -> Path:
    """Build the wheel, without the minute that compiling takes."""
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.so", "*.c", "__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    build = (*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    (built,) = folder.glob("unmangle-*.whl")
    return built


def test_it_starts_and_answers_a_request(environment: Path, tmp_path: Path):
    unmangle = environment / "bin" / "unmangle"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    where = subprocess.run(
        [environment / "bin" / "python", "-c", "import api, core, worker; print(api, core, worker)"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.count(str(environment)) == 3, where.stdout
    path = f"{Path(find_redis_server()).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"UNMANGLE_CACHE_DIR": str(tmp_path / "cache"), "PATH": path}
    with serving(command=(str(unmangle), "serve"), cwd=tmp_path, **settings) as service:
        shown = service.read_until("http://127")
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+", shown)
        body = {
            "source": {"id": "s", "url": "http://127.0.0.1:9/", "token": ""},
            "stacktraces": [{"frames": [{"abs_path": "native", "lineno": 1, "colno": 1}]}],
        }
        post = ("curl", "-sS", "--retry", "9", "--retry-connrefused", "-H", "Content-Type: application/json")
        command = [*post, f"{url}/symbolicate-js?timeout={PATIENCE_S}", "-d", orjson.dumps(body).decode()]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)
        assert orjson.loads(done.stdout)["status"] == "completed", shlex.join(command)
        service.popen.terminate()
        assert service.popen.wait(PATIENCE_S) == 0
