"""Small changes to a rule's source, each of which some test has to notice: `hatch run mutants GROUP`.

`tests/mutation/README.md` says how to read what it prints. Why not an existing tool: those known to us start
pytest anew for every change (0.4 seconds instead of 0.03), and leave alone what stands at module level, such
as patterns, and what is decorated, such as properties.
"""
