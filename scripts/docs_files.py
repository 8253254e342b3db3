#!/usr/bin/env python3
"""Makes what the server shows at /openapi.json and /docs: docs_files.py CONTRACT PAGE_FOLDER LIBRARY_FOLDER OUT_FOLDER

openapi.json is the contract as JSON; index.html is copied; scripts and styles are compressed, as they are sent so. The
same input gives the same bytes.
"""
import gzip
import json
import pathlib
import sys

import yaml

LIBRARY_FILES = ["swagger-ui-bundle.js", "swagger-ui.css"]


def main(contract, page, library, out):
    out.mkdir(parents=True, exist_ok=True)
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    (out / "openapi.json").write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")),
                                      encoding="utf-8")
    (out / "index.html").write_bytes((page / "index.html").read_bytes())
    for source in [page / "page.js", *(library / name for name in LIBRARY_FILES)]:
        (out / (source.name + ".gz")).write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:5]))
