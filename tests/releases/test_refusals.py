"""What is no release is refused, with a sentence that says why, and nothing is changed."""

import pytest

from testkit.bump import range_of, write_version
from testkit.release import versions_of
from testkit.releases import NAMES, git, source_of
from testkit.repository import begin


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A repository of little else than versions: client was never released, and pool has its next one."""
    root = tmp_path_factory.mktemp("versions")
    begin(root)
    for name in NAMES:
        package = root / source_of(name) / f"httpcore_{name}"
        package.mkdir(parents=True)
        version = "0.2.0" if name == "pool" else "0.1.9"
        (package / "__init__.py").write_text(f'__version__ = "{version}"\n')
    git(root, "commit", "--quiet", "--allow-empty", "--message", "first")
    for name in NAMES[:-1]:
        git(root, "tag", f"httpcore-{name}-v0.1.8")
        git(root, "tag", f"httpcore-{name}-v0.1.9")
    return root


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("urls patch", {"urls": "0.1.10"}),
        ("urls minor", {"urls": "0.2.0"}),
        ("urls major", {"urls": "1.0.0"}),
        ("httpcore-urls 0.3.7", {"urls": "0.3.7"}),
        ("client 0.1.9", {"client": "0.1.9"}),
        ("pool minor", {"pool": "0.2.0"}),
        (
            "pool minor headers patch urls minor",
            {"urls": "0.2.0", "headers": "0.1.10", "pool": "0.2.0"},
        ),
    ],
)
def test_versions_come_in_the_order_of_dependencies(root, words, expected):
    assert [*expected.items()] == [*versions_of(root, words.split()).items()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("urls", "a package and its version, in turn, and not 'urls'"),
        ("url patch", "url is none of the packages: did you mean urls?"),
        ("x patch", "x is none of the packages: there are urls, headers, cookies, pool, client"),
        ("urls patch urls minor", "urls is given twice"),
        ("urls next", "next is no version such as 0.2.0, and none of major, minor, patch"),
        ("urls 0.2", "0.2 is no version such as 0.2.0, and none of major, minor, patch"),
        ("urls 0.02.0", "0.02.0 is no version such as 0.2.0, and none of major, minor, patch"),
        ("urls 0.1.9", "urls 0.1.9 is released: there is a tag httpcore-urls-v0.1.9"),
        ("urls 0.1.7", "urls 0.1.7 is not newer than its last release, 0.1.9"),
        ("pool patch", "pool 0.1.10 is not newer than the source, which states 0.2.0"),
        (
            "client patch",
            "client has no release to count from: say the version, such as client 0.1.9",
        ),
    ],
)
def test_words_that_are_no_new_version(root, words, said):
    with pytest.raises(SystemExit) as caught:
        versions_of(root, words.split())
    assert said == str(caught.value)


def refused(repository, *words):
    """Return what a release is refused with, when the repository is as it was."""
    before = repository.state()
    with pytest.raises(SystemExit) as caught:
        repository.release(*words)
    assert before == repository.state()
    return str(caught.value)


def test_a_change_that_is_in_no_commit(released):
    for number in range(4):
        (released.root / f"file{number}").touch()
    said = "there are changes that are in no commit: file0, file1, file2 and 1 more"
    assert said == refused(released, "urls", "patch")


def test_another_branch(released):
    released.git("checkout", "--quiet", "-b", "next")
    assert "releases are made from main, and not from next" == refused(released, "urls", "patch")


def test_nothing_to_tell(released):
    said = refused(released, "urls", "patch")
    assert said.startswith("httpcore-urls 0.1.1: no fragments in ")


@pytest.mark.parametrize(
    ("last", "fragment", "said"),
    [
        (
            "0.1.0",
            "a.breaking.md",
            "urls 0.1.1 after 0.1.0 does not say that something broke: a.breaking.md",
        ),
        (
            "1.0.0",
            "a.feature.md",
            "urls 1.0.1 after 1.0.0 does not say that something is new: a.feature.md",
        ),
    ],
)
def test_a_version_that_says_less_than_its_fragments(released, last, fragment, said):
    released.git("tag", "--force", f"httpcore-urls-v{last}")
    released.change("urls", fragment)
    assert said == refused(released, "urls", "patch")


def test_a_version_that_says_less_than_happened_to_the_interface(released):
    source = released.package("urls") / "src" / "httpcore_urls" / "masking.py"
    snapshot = released.root / "tests" / "architecture" / "api" / "httpcore_urls.masking.txt"
    for path in (source, snapshot):
        text = path.read_text("utf-8")
        assert 1 == text.count("is_secret(name: str)")
        path.write_text(text.replace("is_secret(name: str)", "is_secret(key: str)"), "utf-8")
    released.change("urls", "secrets.fix.md")
    said = refused(released, "urls", "patch").splitlines()
    assert said[0].startswith("httpcore-urls: 0.1.0 -> 0.1.1: ")
    assert "is_secret" in said[1]
    assert "  a break takes a higher minor version than 0.1.0 (docs/versions.md)" == said[-1]


def test_a_package_that_nobody_could_install(repository):
    said = "cookies takes httpcore-headers<0.2,>=0.1, and none of those is released: release it too"
    assert said == refused(repository, "cookies", "0.1.0")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.2.0", ">=0.2,<0.3"),
        ("0.9.4", ">=0.9,<0.10"),
        ("1.0.0", ">=1.0,<2"),
        ("1.2.3", ">=1.2,<2"),
    ],
)
def test_a_range_ends_where_the_interface_may_break(version, expected):
    assert expected == range_of(version)


def test_a_version_in_the_ranges_leaves_them(repository):
    assert [] == write_version(repository.root, "pool", "0.1.9")
    assert ["client"] == write_version(repository.root, "pool", "0.2.0")


def test_a_place_for_a_version_that_is_gone_is_told(repository):
    """Else a release would leave it as it was."""
    page = repository.root / "SECURITY.md"
    page.write_text(page.read_text("utf-8").replace("| `httpcore-pool` |", "| the pool |"), "utf-8")
    with pytest.raises(
        SystemExit, match=r"nothing like .*httpcore-pool.* stands in .*SECURITY\.md"
    ):
        write_version(repository.root, "pool", "0.1.9")
