"""Seeing what a client does: logs, waterfalls, HAR files, curl commands, OpenTelemetry.

Each module is imported by whoever wants it; see docs/guides/tracing.md. All but `curl` are made of the trace
events of requests, by the one `ExchangeObserver`.
"""
