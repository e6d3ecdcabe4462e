"""The command as a whole: its version, its words in a shell, and how it refuses."""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import version

import pytest

from worker.command.completion import SHELLS
from worker.command.main import COMMANDS, main


def test_it_knows_its_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"unmangle {version('unmangle')}\n")


def test_help_lists_the_commands_of_all_packages(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"\n    {command}" in shown for command in (*COMMANDS, "api", "serve"))


@pytest.mark.parametrize("words", [
    ["trace", "nofile.txt"], ["lookup", "nofile.txt:1:1"], ["explain", "nofile.txt", "-a", "."],
    ["inspect", "nofile.txt"], ["bundle", "nofile.txt", "-o", "out.zip"],
], ids=lambda words: words[0])  # fmt: skip
def test_a_file_that_is_missing_is_named_without_the_number_of_the_error(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "Errno" not in said
    assert said.count("nofile.txt") == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_of_a_shell_knows_every_command(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command in script for command in (*COMMANDS, "api", "serve"))


def test_bash_completes_commands_and_options(tmp_path, capsys):
    main(["completion", "bash"])
    script = tmp_path / "unmangle.bash"
    script.write_text(capsys.readouterr().out)
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    ask = (
        f". '{script}'; COMP_WORDS=(unmangle trace --art); COMP_CWORD=2; "
        "$(complete -p unmangle | sed 's/.*-F //; s/ .*//') unmangle --art trace; echo ${COMPREPLY[@]}"
    )
    ended = subprocess.run([bash, "--norc", "-c", ask], capture_output=True, text=True, check=False)
    assert "--artifacts" in ended.stdout, ended.stderr
