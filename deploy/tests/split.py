"""Splits rendered manifests into the objects of Kubernetes' own kinds, one file an overlay, and prints their number.

    split.py RENDERED FOLDER KIND...   the kinds to leave out
"""

import sys
from pathlib import Path

import yaml

rendered, folder, *left_out = sys.argv[1:]
count = 0
for manifest in sorted(Path(rendered).glob("*.yaml")):
    objects = [item for item in yaml.safe_load_all(manifest.read_text()) if item["kind"] not in left_out]
    count += len(objects)
    (Path(folder) / manifest.name).write_text(yaml.safe_dump_all(objects))
print(count)
