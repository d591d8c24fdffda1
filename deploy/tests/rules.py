"""Writes the rules inside a PrometheusRule as Prometheus itself reads them: rules.py PROMETHEUS_RULE OUTPUT."""

import sys
from pathlib import Path

import yaml

rule, output = map(Path, sys.argv[1:])
output.write_text(yaml.safe_dump(yaml.safe_load(rule.read_text())["spec"], sort_keys=False, allow_unicode=True))
