from __future__ import annotations

import os

# Asked for by `make test-llm`, which brings the model along.
collect_ignore = [] if os.environ.get("SMALL_MODEL_PYTHON") else ["test_real_model.py"]
