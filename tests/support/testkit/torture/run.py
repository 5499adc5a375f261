"""The cases of one way in one world, all of them or a sample, and whether memory is flat over them."""

from __future__ import annotations

import gc
import time
from zlib import crc32

from testkit.faults import nothing_left
from testkit.torture.cases import Case, cases
from testkit.torture.scenarios import scenarios

_ROUNDS = 4  # in which memory must not grow
_ROUND_EVERY = 40
_MOST_NEW_OBJECTS = 100  # of a round: caches, of which each is bounded, fill up


class Run:
    """Plays what is to be played in a cell.

    Args:
        cell: a `Cell`.
        way: the name of its way.
        every: plays each so-manieth case, the same ones each time.
        case: the only one to play, if not all.

    Attributes:
        count: how many were played.
        missed: how many of them had fewer octets, writes or awaits than their fault needs.
        failures: pairs of a case and its exception.
        seconds: of CPU.
    """

    def __init__(self, cell, way, every=1, case=None):
        self._cell = cell
        self._way = way
        self._every = every
        self._case = case
        self.count = self.missed = 0
        self.failures = []
        self.seconds = 0.0

    def go(self):
        """Play them; return this."""
        began = time.process_time()
        with nothing_left():
            self._cell.world.run(self._all)
        self.seconds = time.process_time() - began
        return self

    async def _all(self):
        if self._case is not None:
            await self._play(self._case)
            return
        some = []
        for name in scenarios(self._cell.way.protocol):
            sizes = await self._cell.play(Case(self._way, name))
            for case in cases(self._way, name, sizes):
                code = crc32(str(case).encode())
                if not code % self._every:
                    await self._play(case)
                if not code % (self._every * _ROUND_EVERY):
                    some.append(case)
        if not self.failures:
            await self._rounds(some)

    async def _play(self, case):
        self.count += 1
        try:
            await self._cell.play(case)
            self.missed += not self._cell.reached
        except Exception as error:
            self.failures.append((str(case), error))

    async def _rounds(self, some):
        """Memory is flat: after some cases, played again and again, there are as many objects as before."""
        counts = []
        for _ in range(_ROUNDS):
            for case in some:
                await self._play(case)
            gc.collect()
            counts.append(len(gc.get_objects()))
        if counts[-1] - counts[-2] > _MOST_NEW_OBJECTS:
            self.failures.append((f"{_ROUNDS} rounds", MemoryError(f"objects: {counts}")))
