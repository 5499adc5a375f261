"""The matrix: what is asked of every server over every wire, and what some have not.

rows     what is asked
endings  what is asked of servers that end connections, or themselves
absent   which cells are not there, and why
report   the table
"""
