"""A network that fails at each octet, at each write, and a caller that gives up at each await.

One *combination* is a scenario (what a caller does), over a way (protocol, TLS, proxy), in a world, with
one fault at one place. The network is real: sockets of this machine, the world's own streams, OpenSSL on
both ends. Its far end is a machine of bytes in this process, which answers within the client's write; so
nothing runs beside the test, and the n-th octet is the same one each time.

    network     the sockets, and the faults
    origins     what answers, and the proxies before it
    scenarios   what callers do
    cases       which combinations there are
    play        one of them, and what must hold after each
    run         all of a way in a world
    __main__    `hatch run torture`: all of them, counted; or one again
"""
