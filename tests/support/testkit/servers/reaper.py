"""Whoever starts servers may be killed, and have no time to end them: a process waits for that and does it.

It reads from a pipe which groups of processes there are, and which are no more. The pipe ends with the
last process that can write to it, and then all groups that are left are killed.
"""

from __future__ import annotations

import atexit
import subprocess

_SCRIPT = """
groups=" "
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -KILL "-$group"; done
"""


class Reaper:
    """The one of this process, which it starts with its first server."""

    _process = None

    @classmethod
    def note(cls, group):
        if cls._process is None:
            # A session of its own: Ctrl-C is for those that can clean up.
            cls._process = subprocess.Popen(
                ["sh", "-c", _SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                text=True,
                bufsize=1,
            )
            atexit.register(cls._process.communicate)
        print("+", group, file=cls._process.stdin)

    @classmethod
    def forget(cls, group):
        print("-", group, file=cls._process.stdin)
