"""``unmangle bundle`` writes everything or nothing, whatever happens to it."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.files.artifact_bundle import Bundle
from core.offline.artifact_files import JOURNAL
from worker.command.main import main


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def killed(call: int, *arguments: object) -> bool:
    """Run the command in a process that is killed before its n-th call that writes, renames or removes something."""
    process = os.fork()
    if process == 0:
        try:
            count_down_to_death(call)
            os._exit(main([str(argument) for argument in arguments]))
        finally:
            os._exit(99)
    status = os.waitpid(process, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def count_down_to_death(call: int) -> None:
    left = call

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return counted

    for name in "replace", "unlink", "hardlink_to":
        setattr(Path, name, deadly(getattr(Path, name)))
    for name in "fsync", "pwrite", "ftruncate":
        setattr(os, name, deadly(getattr(os, name)))


@pytest.fixture
def written(dist: Path, tmp_path: Path) -> dict[str, bytes]:
    """What a folder like ``dist`` holds afterwards."""
    (tmp_path / "other").mkdir()
    for path in dist.iterdir():
        (tmp_path / "other" / path.name).write_bytes(path.read_bytes())
    assert main(["bundle", str(tmp_path / "other"), "-o", str(tmp_path / "other.zip")]) == 0
    return contents(tmp_path / "other")


def test_killed_anywhere_it_wrote_nothing_or_the_next_one_finishes_it(dist, tmp_path, written, capsys):
    before, output = contents(dist), tmp_path / "b.zip"
    unfinished = 0
    call = 0
    while killed(call := call + 1, "bundle", dist, "-o", output):
        if main(["inspect", str(dist)]) == 1:
            unfinished += 1
            assert "was killed while it wrote into it: run it again" in capsys.readouterr().err
        else:
            state = {name: content for name, content in contents(dist).items() if not name.startswith(".")}
            assert state in (before, written)
            assert state == written or not output.exists()
        assert main(["bundle", str(dist), "-o", str(output)]) == 0
        assert contents(dist) == written
        assert Bundle.open(output.read_bytes()).manifest.by_id
        output.unlink()
        for name, content in before.items():
            (dist / name).write_bytes(content)
    assert unfinished >= 3


@pytest.mark.parametrize("output", ["gone/b.zip", "folder"])
def test_if_one_file_cannot_be_written_none_is(dist, tmp_path, capsys, output):
    before = contents(dist)
    (tmp_path / "folder").mkdir()
    assert main(["bundle", str(dist), "-o", str(tmp_path / output)]) == 1
    assert contents(dist) == before
    assert f"{output}: " in capsys.readouterr().err


def test_a_file_that_cannot_be_renamed_leaves_all_as_they_were(dist, tmp_path, monkeypatch):
    before = contents(dist)
    replace = Path.replace

    def refuse_maps(self: Path, target: Path) -> Path:
        if self.name == ".app.min.js.map.unmangle-new":
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_maps)
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip")]) == 1
    assert contents(dist) == before
    assert not (tmp_path / "b.zip").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_dry_run_writes_nothing_and_says_what_would_be_written(dist, tmp_path, capsys):
    before = contents(dist)
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip"), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.count("would get debug id") == 2
    assert contents(dist) == before
    assert not (tmp_path / "b.zip").exists()


def test_two_at_once_do_not_write_into_one_folder(dist, tmp_path, capsys):
    before = contents(dist)
    journal = os.open(dist / JOURNAL, os.O_RDWR | os.O_CREAT)
    fcntl.flock(journal, fcntl.LOCK_EX)
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip")]) == 1
    assert "another `unmangle bundle` is at work in it" in capsys.readouterr().err
    os.close(journal)
    assert contents(dist) == {**before, JOURNAL: b""}


def test_a_file_with_two_names_is_written_once(dist, tmp_path, written):
    (dist / "latest.min.js").symlink_to("app.min.js")
    assert main(["bundle", str(dist), "-o", str(tmp_path / "b.zip")]) == 0
    assert contents(dist) == {**written, "latest.min.js": written["app.min.js"]}
    assert (dist / "latest.min.js").is_symlink()


def test_the_bundle_may_go_to_what_is_no_file(dist, written):
    assert main(["bundle", str(dist), "-o", os.devnull]) == 0
    assert not Path(os.devnull).is_file()
    assert contents(dist) == written
