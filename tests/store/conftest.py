"""A deployment with an artifact store, and the real clients of Sentry that upload to it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from api.serving.redis_server import redis_server
from tests.deployment import Api, Deployment

CLIENTS = Path(__file__).parent / "clients"
APP = Path(__file__).parents[1] / "data" / "store" / "app"
ADMIN_TOKEN = "operator-" + "t" * 32
_PLATFORM_BINARIES = "node_modules/@sentry/cli-*/bin/sentry-cli"


@dataclass(frozen=True)
class StoreService:
    """A running service with a store, and the folder of the store."""

    deployment: Deployment
    api: Api
    folder: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.api.port}"

    def objects(self, pattern: str = "**/*") -> list[str]:
        """Return the keys of what is in the store."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.glob(pattern) if path.is_file())


@dataclass(frozen=True)
class SentryCli:
    """A client, as a person on a terminal uses it in a copy of the app."""

    binary: Path
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command; standard output and standard error come together."""
        return subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )


def store_settings(folder: Path) -> dict[str, str]:
    return {
        "UNMANGLE_STORE_URL": folder.as_uri(),
        "UNMANGLE_STORE_ADMIN_TOKEN": ADMIN_TOKEN,
        "UNMANGLE_CONNECT_TO_RESERVED_IPS": "true",
    }


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def store_deployment(store_folder: Path) -> Iterator[Deployment]:
    with redis_server() as url, Deployment(url, store_settings(store_folder)) as deployment:
        yield deployment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(store_deployment: Deployment, store_folder: Path) -> AsyncIterator[StoreService]:
    """An API process and a worker with a store."""
    api = store_deployment.start_api()
    store_deployment.start_worker()
    await api.wait_for_workers()
    yield StoreService(store_deployment, api, store_folder)


@pytest.fixture(scope="session")
def client_binaries() -> dict[str, Path]:
    """The binaries of ``sentry-cli`` by major version, from npm; without Node these tests are left out."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: uploads by the real sentry-cli are NOT tested")
    with (CLIENTS.parent / "__init__.py").open() as lock:  # several processes of tests may be the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CLIENTS / "node_modules").exists():
            done = subprocess.run([npm, "ci", "--silent"], cwd=CLIENTS, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"npm ci failed, so uploads by the real sentry-cli are NOT tested: {done.stderr[-500:]}")
    found = {major: _binary(CLIENTS / "node_modules" / f"sentry-cli-{major}") for major in ("2", "3")}
    if None in found.values():
        pytest.skip("there is no sentry-cli for this platform: uploads by it are NOT tested")
    return {major: binary for major, binary in found.items() if binary is not None}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the app, built and not yet injected."""
    return Path(shutil.copytree(APP, tmp_path / "app"))


@pytest.fixture(params=["2", "3"])
def sentry_cli(
    request: pytest.FixtureRequest, client_binaries: dict[str, Path], app: Path, service: StoreService
) -> SentryCli:
    """Each major version of the client, with the operator's token."""
    environment = {
        "HOME": str(app.parent),
        "PATH": os.environ["PATH"],
        "SENTRY_URL": service.origin,
        "SENTRY_ORG": "acme",
        "SENTRY_PROJECT": "shop",
        "SENTRY_AUTH_TOKEN": ADMIN_TOKEN,
        "SENTRY_LOG_LEVEL": "info",
    }
    return SentryCli(client_binaries[request.param], app, environment)


def _binary(package: Path) -> Path | None:
    places = [*package.glob(_PLATFORM_BINARIES), *package.parent.parent.glob(_PLATFORM_BINARIES)]
    version = package.joinpath("package.json")
    wanted = None if not version.exists() else _version(version)
    return next((place for place in places if _version(place.parent.parent / "package.json") == wanted), None)


def _version(package_json: Path) -> str:
    return str(json.loads(package_json.read_text())["version"])
