"""A soak: mixed load in three worlds against a server that misbehaves, and a ledger of every request.

`hatch run soak` plays it. What happens to a request is drawn from the seed and its number alone (`plan`), so
that client and server know it without telling each other.

    plan        what is to happen to each request; the octets of every body
    origin      the server's process, with http1 and http2 behind it; it notes what it does, before it does it
    proxy       the proxy's process
    processes   starts, kills and restarts both
    load        the process of one world: workers, what came of each request, and samples of itself
    clients     what these send with
    answers     what an answer must be
    ledger      holds what the clients say against what the server noted
    watch       whether memory stayed flat
    run         all of these together
    report      what is said in the end
"""
