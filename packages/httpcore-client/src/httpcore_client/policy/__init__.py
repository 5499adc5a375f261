"""The rules, without I/O: where a redirect leads, what the environment asks for.

Each takes facts and returns what to do. The adapters drive them; `_client`, `_sync`, `_trio` and `_stack`
know nothing of them.
"""
