"""What docs/guides/bulk.md shows runs, and prints what it says."""

import distributed

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    alone = dict.fromkeys(("dashboard_address", "worker_dashboard_address"), "127.0.0.1:0")
    with distributed.LocalCluster(n_workers=2, processes=False, **alone) as cluster:
        run_page("guides/bulk.md", server=origin.plain, scheduler=cluster)
