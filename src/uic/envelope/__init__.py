"""Sealed and signed files: what travels between parties (spec/exchange.md).

Reaches keys, so only partner, pipeline and the command line import it. What is inside are the
plain values of ``uic.exchange``.
"""
