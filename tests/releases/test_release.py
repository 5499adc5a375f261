"""A release is made as a whole, or not at all; a dry run shows it."""

import re
import zipfile
from datetime import date

import pytest

from testkit.changelog import FOLDER
from testkit.release import Release, commit_release, keep, worktree
from testkit.releases import git

DAY = r"\d{4}-\d\d-\d\d"


def test_first_releases_are_what_is_there(repository, capsys):
    """Each is a commit, a tag and two files, in the order of dependencies."""
    repository.change("headers", "fields.fix.md")
    before = repository.git("rev-parse", "HEAD")
    repository.release("cookies", "0.1.0", "headers", "0.1.0")
    assert "" == repository.git("status", "--porcelain")
    for name, commit, lines in [
        ("headers", "HEAD^", "- What fields.fix.md says.\n- First version.\n- Another line."),
        ("cookies", "HEAD", "- First version.\n- Another line."),
    ]:
        tag = f"httpcore-{name}-v0.1.0"
        assert f"{name}: release 0.1.0" == repository.git("log", "-1", "--format=%s", commit)
        expected = f"httpcore-{name} 0.1.0\n\n{lines}\n{repository.git('rev-parse', commit)}"
        told = repository.git(
            "for-each-ref", f"refs/tags/{tag}", "--format=%(contents)%(*objectname)"
        )
        assert expected == told
        changelog = repository.text("packages", f"httpcore-{name}", "CHANGELOG.md")
        assert re.search(rf"interface\.\n\n## 0\.1\.0 \({DAY}\)\n\n{lines}\n\Z", changelog)
    assert before == repository.git("rev-parse", "HEAD^^")
    changed = repository.git("diff", "--name-only", "HEAD^").splitlines()
    assert ["packages/httpcore-cookies/CHANGELOG.md"] == changed

    names = [
        f"httpcore_{name}-0.1.0{end}"
        for name in ("headers", "cookies")
        for end in (".tar.gz", "-py3-none-any.whl")
    ]
    assert sorted(names) == sorted(path.name for path in (repository.root / "dist").iterdir())
    assert [
        "git push --atomic origin main httpcore-headers-v0.1.0 httpcore-cookies-v0.1.0",
        f"hatch run twine upload {' '.join(f'dist/{name}' for name in names)}",
    ] == capsys.readouterr().out.splitlines()[-2:]
    with zipfile.ZipFile(repository.root / "dist" / names[-1]) as archive:
        assert b"\nVersion: 0.1.0\n" in archive.read("httpcore_cookies-0.1.0.dist-info/METADATA")
        assert archive.infolist()[0].date_time > (
            2026,
            1,
            1,
        )  # the commit's; hatchling has one of 2020


def test_a_dry_run_shows_the_diff_the_tag_and_the_files_and_changes_nothing(released, capsys):
    released.change("urls", "empty-labels.fix.md")
    before = released.state()
    released.release("--dry-run", "urls", "patch")
    assert before == released.state()
    shown = capsys.readouterr().out
    for line in (
        "httpcore-urls: 0.1.0 -> 0.1.1: the interface holds",
        '-__version__ = "0.1.0"',
        '+__version__ = "0.1.1"',
        "+- What empty-labels.fix.md says.",
        "httpcore-urls 0.1.1\n\n- What empty-labels.fix.md says.",
    ):
        assert f"\n{line}\n" in f"\n{shown}"
    files = re.findall(r"^[0-9a-f]{64}  (.*)$", shown, re.M)
    assert ["httpcore_urls-0.1.1.tar.gz", "httpcore_urls-0.1.1-py3-none-any.whl"] == files


def test_who_takes_a_package_whose_interface_broke_takes_the_new_one_and_tells_it(released):
    released.change("headers", "fields.breaking.md")
    with worktree(released.root) as tree:
        _, said = commit_release(tree, "headers", "0.2.0", date(2026, 12, 24))
        assert "- Breaking: What fields.breaking.md says." == said
        for name in ("cookies", "pool", "client"):
            package = tree / "packages" / f"httpcore-{name}"
            assert '"httpcore-headers>=0.2,<0.3"' in (package / "pyproject.toml").read_text()
            assert "httpcore-headers>=0.2,<0.3" in (package / "sbom.cdx.json").read_text()
            assert (package / FOLDER / "httpcore-headers-0.2.0.breaking.md").is_file()
        with pytest.raises(
            SystemExit, match="does not say that something broke: httpcore-headers-0"
        ):
            commit_release(tree, "cookies", "0.1.1", date(2026, 12, 24))
        _, said = commit_release(tree, "cookies", "0.2.0", date(2026, 12, 24))
        line = "Takes `httpcore-headers` from 0.2.0 on, whose changelog says what broke there."
        assert f"- Breaking: {line}" == said
        changelog = (tree / "packages" / "httpcore-cookies" / "CHANGELOG.md").read_text()
        assert f"\n\n## 0.2.0 (2026-12-24)\n\n- Breaking: {line}\n\n## 0.1.0 (" in changelog


def refusing(repository, name, script):
    """Write a hook of git."""
    hook = repository.root / ".git" / "hooks" / name
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def test_where_the_commit_fails_the_repository_is_as_it_was(released):
    released.change("urls", "empty-labels.fix.md")
    before = released.state()
    refusing(released, "pre-commit", "exit 1")
    with pytest.raises(SystemExit, match=r"^git commit .* failed in "):
        released.release("urls", "patch")
    assert before == released.state()


def test_where_the_last_step_fails_tags_and_files_are_taken_back(released, tmp_path):
    released.change("urls", "empty-labels.fix.md")
    before = released.state()
    refusing(released, "reference-transaction", '[ "$1" != prepared ] || ! grep -q refs/heads/main')
    (tmp_path / "wheel").touch()
    with worktree(released.root) as tree:
        commit, said = commit_release(tree, "urls", "0.1.1", date(2026, 12, 24))
        release = Release("urls", "0.1.1", commit, said, [tmp_path / "wheel"])
        with pytest.raises(SystemExit, match=r"^git merge .* failed in "):
            keep(released.root, [release])
    assert before == released.state()


@pytest.mark.parametrize("step", ["tag", "merge"])
def test_an_interrupt_behind_a_step_that_took_effect_takes_it_back(
    released, tmp_path, monkeypatch, step
):
    released.change("urls", "empty-labels.fix.md")
    (tmp_path / "wheel").write_text("new")
    place = released.root / "dist" / "wheel"
    place.parent.mkdir(exist_ok=True)
    place.write_text("of before")
    before = released.state()

    def interrupted(root, *arguments):
        said = git(root, *arguments)
        if arguments[0] == step and "--list" not in arguments and "--delete" not in arguments:
            raise KeyboardInterrupt
        return said

    with worktree(released.root) as tree:
        commit, said = commit_release(tree, "urls", "0.1.1", date(2026, 12, 24))
        release = Release("urls", "0.1.1", commit, said, [tmp_path / "wheel"])
        monkeypatch.setattr("testkit.release.git", interrupted)
        with pytest.raises(KeyboardInterrupt):
            keep(released.root, [release])
        monkeypatch.undo()
    assert (before, "of before") == (released.state(), place.read_text())
