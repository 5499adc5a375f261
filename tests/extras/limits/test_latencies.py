"""How long most answers take."""

from httpcore_client.limits._latencies import Latencies


def test_nothing_is_known_while_there_are_few():
    latencies = Latencies()
    for _ in range(19):
        latencies.add(1.0)
    assert None is latencies.percentile(95.0)
    latencies.add(1.0)
    assert 1.0 == latencies.percentile(95.0)


def test_the_last_hundred_count():
    latencies = Latencies()
    for seconds in range(300):
        latencies.add(float(seconds))
    assert [250.0, 295.0, 299.0] == [latencies.percentile(each) for each in (50.0, 95.0, 99.9)]
