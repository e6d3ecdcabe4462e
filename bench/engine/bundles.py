"""Eight bundles that people really ship, with their source maps: fetched from npm once, then kept in a cache folder."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CACHE = Path.home() / ".cache" / "unmangle-bench"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the npm registry: its name, pinned version, and the SHA-512 of its tarball in hex."""

    name: str
    version: str
    sha512: str

    @property
    def tarball(self) -> str:
        """The file name that ``npm pack`` gives the package."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A generated file of a package, which has its source map next to it."""

    name: str
    package: Package
    path: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A generated file and its source map, on disk."""

    name: str
    generated: Path
    source_map: Path


class CorruptDownload(Exception):
    """A tarball isn't the one whose checksum is pinned here."""


_BABEL = Package(
    "@babel/standalone",
    "7.28.5",
    "d435623d8269454e748aba4631f2c143d0789327d0b8be97ed24bba704de59e6"
    "57d263648f33e2d1716ac428d275d7595d4432e008674279deb00fd91e7bc077",
)

# The newest releases, but for Babel, whose version 8 comes without source maps.
BUNDLES = (
    Bundle(
        "mermaid",
        Package(
            "mermaid",
            "12.3.0",
            "e35d774dd5de2c0b0caee27bf4ea452f93bcf8b4c55e142a676eb4ac5ded8149"
            "a2340b519b852e99ed3823eeb93d137ac99ebd2787fcad56165bccd193ae5463",
        ),
        "dist/mermaid.min.js",
    ),
    Bundle(
        "antd",
        Package(
            "antd",
            "6.6.8",
            "7be8438ffd26caa6cb067f14192d1d6213d138010daee36c7167b8833c939f0c"
            "7bc938a9ec3ef6c0950dc6db13a653d7c11335328e2d5cd4a06926f752657745",
        ),
        "dist/antd.min.js",
    ),
    Bundle("babel", _BABEL, "babel.js"),
    Bundle("babel.min", _BABEL, "babel.min.js"),
    Bundle(
        "echarts",
        Package(
            "echarts",
            "6.1.0",
            "ab4c9a14f8200bd15476c587e1b95abd15859b176b22875b92828d02326e7402"
            "3a080f6034fc47b55d917193447a9655964e32bc16243a46e4e87215a48c8764",
        ),
        "dist/echarts.js",
    ),
    Bundle(
        "swagger-ui",
        Package(
            "swagger-ui-dist",
            "5.35.0",
            "534eaba4cb56f55dd73c638179a993512af4674f63317e0826e00da44fc465b0"
            "21c341bc0a0c2bcd4e18997927fe1d3008336c5dd19aad334d1c2dec53cc9551",
        ),
        "swagger-ui-bundle.js",
    ),
    Bundle(
        "mathjs",
        Package(
            "mathjs",
            "15.2.0",
            "500433495a1bf6b34b746a6a705318992bbd764b8b632ecbaf68411104b94874"
            "1d92703d569a49cf7732d8a9293334ce0ee9da77a57a70dbfee6438bb1e3cba3",
        ),
        "lib/browser/math.js",
    ),
    Bundle(
        "firebase",
        Package(
            "firebase",
            "13.2.0",
            "dbdc9ee45faf88f4efe3c99c963cbce199f09eb6264d32142eb59fdcfd75dd27"
            "de4c1fd44885194ecf20444ade3793e69dd41d2acdc3d3a29050f248ac57931b",
        ),
        "firebase-compat.js",
    ),
)


def fetch_all(cache: Path) -> list[Pair]:
    """Return the bundles on disk, below ``cache``; what isn't there yet comes from npm.

    Raises CorruptDownload, and CalledProcessError where npm can't fetch a package.
    """
    return [fetch(bundle, cache) for bundle in BUNDLES]


def fetch(bundle: Bundle, cache: Path) -> Pair:
    """Return one bundle on disk; raises as ``fetch_all`` does."""
    generated = _folder(bundle.package, cache) / bundle.path
    source_map = generated.with_name(f"{generated.name}.map")
    if not source_map.is_file():
        _unpack(_download(bundle.package, cache), _folder(bundle.package, cache))
    return Pair(bundle.name, generated, source_map)


def pairs_in(folder: Path) -> list[Pair]:
    """Return every ``*.js`` below ``folder`` that has a ``*.js.map`` next to it."""
    maps = sorted(folder.rglob("*.js.map"))
    pairs = [Pair(str(path.relative_to(folder)), path.with_suffix(""), path) for path in maps]
    return [pair for pair in pairs if pair.generated.is_file()]


def _folder(package: Package, cache: Path) -> Path:
    return cache / package.tarball.removesuffix(".tgz")


def _download(package: Package, cache: Path) -> Path:
    """Return the package's tarball, checked."""
    tarball = cache / package.tarball
    if not tarball.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"fetching {package.name} {package.version} ...", flush=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(cache), f"{package.name}@{package.version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    if hashlib.sha512(tarball.read_bytes()).hexdigest() != package.sha512:
        raise CorruptDownload(f"{tarball}: not the SHA-512 that is pinned for {package.name} {package.version}")
    return tarball


def _unpack(tarball: Path, folder: Path) -> None:
    """Unpack the scripts and maps of a package, in one step that others see: its folder appears when it's complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as unpacked, tarfile.open(tarball) as archive:
        wanted = [member for member in archive.getmembers() if member.name.endswith((".js", ".js.map"))]
        archive.extractall(unpacked, members=wanted, filter="data")
        shutil.rmtree(folder, ignore_errors=True)
        Path(unpacked, "package").rename(folder)
