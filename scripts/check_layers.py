#!/usr/bin/env python3
"""Holds every #include under src/ to the one rule of the layers (ARCHITECTURE.md).

  base <- jobs, vendors, imaging, delivery <- engine <- adapters/* <- app

A file includes its own folder and what is left of it; the four domains don't know each other; adapters never see
each other; a third-party header appears only where THIRD_PARTY says.

Usage: check_layers.py [SRC]    exit 1 and a line per violation.
"""

import pathlib
import re
import sys

DOMAINS = {"jobs", "vendors", "imaging", "delivery"}
BELOW = {
    "base": set(),
    **{domain: {"base"} for domain in DOMAINS},
    "engine": {"base"} | DOMAINS,
    "adapters": {"base", "engine"} | DOMAINS,
    "app": {"base", "engine", "adapters"} | DOMAINS,
}

# Adapters that exist for other adapters: {whom: who may include it}.
SHARED_ADAPTERS = {
    "adapters/sqlite_handle": {"adapters/store_sqlite", "adapters/records_sqlite", "adapters/vendors_sqlite"},
    "adapters/redis_client": {"adapters/store_bull", "adapters/limits_redis", "adapters/vendors_redis",
                              "adapters/events_redis", "adapters/workers_redis"},
}

# Prefix of a third-party header -> folders where it may be included.
THIRD_PARTY = {
    "vips/": {"adapters/codec_vips"},
    "libdeflate": {"adapters/codec_vips"},
    "archive.h": {"adapters/archive_zip"},
    "archive_entry.h": {"adapters/archive_zip"},
    "onnxruntime": {"adapters/model_onnx", "adapters/face_yunet"},
    "sqlite3": {"adapters/sqlite_handle", "adapters/store_sqlite", "adapters/records_sqlite"},
    "hiredis": {"adapters/redis_client"},
    "boost/asio/ssl": {"adapters/redis_client"},
    "mysql": {"adapters/records_mysql"},
    "mariadb": {"adapters/records_mysql"},
    "dlib/": {"adapters/face_dlib"},
    "curl/": {"adapters/fetch_curl", "adapters/api_client", "adapters/rembg_pool", "adapters/assets_s3",
              "adapters/assets_cloudinary", "adapters/webhook_curl"},
    "boost/beast": {"adapters/http"},
    "boost/url": {"adapters/http", "adapters/fetch_curl"},
    "toml++": {"adapters/model_onnx", "app"},
    "CLI/": {"app"},
    "openssl/": {"base", "delivery", "adapters/fetch_curl", "adapters/assets_cloudinary", "adapters/webhook_curl",
                 "adapters/model_onnx", "adapters/assets_disk", "adapters/redis_client", "adapters/store_bull"},
    "spdlog/": {"base", "app"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path: str) -> str:
    """adapters/http for adapters/http/server.hpp, jobs for jobs/job.hpp."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "adapters" and len(parts) > 2 else parts[0]


def problems_of(src: pathlib.Path, file: pathlib.Path):
    here = folder_of(file.relative_to(src).as_posix())
    layer = here.split("/")[0]
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        where = f"{file}:{number}"
        if quote == "<":
            for prefix, allowed in THIRD_PARTY.items():
                if target.startswith(prefix) and here not in allowed:
                    yield f"{where}: <{target}> belongs to {', '.join(sorted(allowed))}, not to {here}"
            continue
        there = folder_of(target)
        if there == here:
            continue
        if layer == "adapters" and there.startswith("adapters"):
            if here not in SHARED_ADAPTERS.get(there, set()):
                yield f"{where}: adapters never see each other: {here} includes {target}"
        elif there.split("/")[0] not in BELOW.get(layer, set()):
            yield f"{where}: {here} may not include {target}"


def main() -> int:
    src = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "src")
    files = sorted(f for f in src.rglob("*") if f.suffix in {".cpp", ".hpp"} and len(f.relative_to(src).parts) > 1)
    if not files:
        print(f"check_layers: no sources in {src}", file=sys.stderr)
        return 2
    problems = [p for file in files for p in problems_of(src, file)]
    print("\n".join(problems) if problems else f"layers: {len(files)} files, no violation")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
