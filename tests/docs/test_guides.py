"""Guides that take more than an origin: a proxy, or files of certificates."""

import shutil
from pathlib import Path

from testkit.pages import run_page
from testkit.relay import Relay


def test_the_page_about_proxies(origin, example_org):
    with Relay() as relay:
        run_page("guides/proxies.md", url=origin.tls, proxy=relay.url())


def test_the_page_about_tls(authority, example_org, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    key, chain = authority.issue("client.example.org")
    for file, name in ((authority.bundle, "ca.pem"), (key, "client.key"), (chain, "client.pem")):
        shutil.copy(file, Path(name))
    run_page("guides/tls.md")
