"""What docs/guides/downloads.md shows runs, and prints what it says."""

from testkit.file_server import FileServer
from testkit.pages import run_page


def test_the_page_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with FileServer(b"x" * 100_000) as server:
        server.cuts = [None, 40_000]
        run_page("guides/downloads.md", url=server.url.removesuffix("/file.bin"))
