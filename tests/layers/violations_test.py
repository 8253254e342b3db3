#!/usr/bin/env python3
"""Runs the layer check over small source trees, each with one deliberate violation (or none)."""

import pathlib
import subprocess
import sys
import tempfile

CHECK = sys.argv[1]

# name: (file, line, expected exit code)
CASES = {
    "a domain may include base": ("jobs/job.hpp", '#include "base/error.hpp"', 0),
    "base may not include a domain": ("base/clock.hpp", '#include "jobs/job.hpp"', 1),
    "domains don't know each other": ("jobs/job.hpp", '#include "imaging/image.hpp"', 1),
    "engine may not include an adapter": ("engine/worker.hpp", '#include "adapters/http/server.hpp"', 1),
    "adapters never see each other": ("adapters/http/server.hpp", '#include "adapters/codec_vips/codec.hpp"', 1),
    "an adapter may include its own folder": ("adapters/http/server.hpp", '#include "adapters/http/session.hpp"', 0),
    "a port has no third-party header": ("imaging/segmenter.hpp", "#include <onnxruntime_cxx_api.h>", 1),
    "sqlite stays in its adapters": ("app/wire.cpp", "#include <sqlite3.h>", 1),
    "an adapter may include the Redis client": ("adapters/store_bull/store.hpp", '#include "adapters/redis_client/redis.hpp"', 0),
    "hiredis stays in the Redis client": ("adapters/store_bull/store.cpp", "#include <hiredis/hiredis.h>", 1),
    "beast stays in the http adapter": ("engine/worker.cpp", "#include <boost/beast/http.hpp>", 1),
    "app may include adapters": ("app/wire.cpp", '#include "adapters/http/server.hpp"', 0),
}

failures = 0
for name, (file, line, expected) in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, file)
        path.parent.mkdir(parents=True)
        path.write_text(line + "\n", encoding="utf-8")
        code = subprocess.run([sys.executable, CHECK, folder], capture_output=True, check=False).returncode
        print(f"{'ok' if code == expected else 'FAILED'}: {name} (exit {code}, expected {expected})")
        failures += code != expected
sys.exit(1 if failures else 0)
