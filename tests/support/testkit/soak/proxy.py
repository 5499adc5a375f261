"""The proxy's process: a CONNECT proxy that now and then breaks off all it carries, and prints when."""

from __future__ import annotations

import random
import sys
import threading
import time

from testkit.relay import Relay
from testkit.soak.origin import wait_for_turn


class _Breaking(Relay):
    def drop(self):
        """Break off all connections, and wait until that is done."""
        super().drop()
        done = threading.Event()
        self._loop.call_soon_threadsafe(done.set)
        done.wait()


def _main(port, seed, seconds):
    """Serve; `seconds` pass between two breaks, on average."""
    chance = random.Random(seed)
    with _Breaking(port=port) as relay:
        print("ready", flush=True)
        while True:
            time.sleep(chance.expovariate(1 / seconds))
            begin = time.monotonic()
            relay.drop()
            print(begin, time.monotonic(), flush=True)
            relay.log.clear()


if __name__ == "__main__":
    wait_for_turn()
    _main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
