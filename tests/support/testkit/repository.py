"""A repository of a test's own, in which somebody can commit and tag."""

from testkit.releases import git

_SETTINGS = """
[user]
    name = Ada
    email = ada@example.org
[commit]
    gpgsign = false
[tag]
    gpgsign = false
"""


def begin(root):
    """Make a repository of a folder, with the branch main."""
    git(root, "init", "--quiet", "--initial-branch", "main")
    settle(root)


def settle(root):
    """Say in a repository who commits, whatever the machine's own settings are."""
    with (root / ".git" / "config").open("a") as file:
        file.write(_SETTINGS)
