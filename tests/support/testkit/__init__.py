"""Parts that the tests, the demo and the benchmarks share: real servers, scripted peers, three worlds."""
