"""The command `httpcore` where its extra may not be installed; with it, see tests/extras/cli."""

import importlib
import sys
from pathlib import Path

import pytest

from httpcore_client import cli


def without(monkeypatch, name):
    """Have imports of the command find no package of this name."""
    for module in [*sys.modules]:
        if module.startswith("httpcore_client.cli.") or module.partition(".")[0] == name:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [_Nothing(name), *sys.meta_path])


class _Nothing:
    def __init__(self, name):
        self._name = name

    def find_spec(self, name, path=None, target=None):
        if name == self._name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_without_its_extra_the_command_says_which_one_it_needs(monkeypatch, capsys):
    without(monkeypatch, "click")
    assert 2 == cli.main(["--version"])
    expected = "httpcore: the command needs click: pip install 'httpcore-client[cli]'\n"
    assert ("", expected) == capsys.readouterr()


def test_another_module_that_is_missing_is_an_error_of_ours(monkeypatch):
    without(monkeypatch, "httpcore_client.cli._main")
    with pytest.raises(ModuleNotFoundError):
        cli.main(["--version"])


def test_the_module_runs_the_command_and_only_as_a_program(monkeypatch, capsys):
    without(monkeypatch, "click")
    monkeypatch.delitem(sys.modules, "httpcore_client.__main__", raising=False)
    monkeypatch.setattr(sys, "argv", ["httpcore"])
    # By hand: where our plugin is installed, pytest loads our modules, and its loader knows no runpy.
    path = Path(cli.__file__).parents[1] / "__main__.py"
    program = compile(path.read_text("utf-8"), str(path), "exec")
    with pytest.raises(SystemExit) as caught:
        exec(program, {"__name__": "__main__", "__package__": "httpcore_client"})
    assert (2, True) == (caught.value.code, "needs click" in capsys.readouterr().err)
    importlib.import_module("httpcore_client.__main__")
    assert ("", "") == capsys.readouterr()
