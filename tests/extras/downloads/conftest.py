"""What the tests of downloads share."""

import pytest

from testkit.file_server import FileServer


@pytest.fixture
def server():
    with FileServer(b"0123456789") as server:
        yield server


@pytest.fixture
def left(tmp_path):
    """The names of the files that are there."""
    return lambda: sorted(path.name for path in tmp_path.iterdir())
