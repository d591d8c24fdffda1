"""Copydesk itself accepts the settings that the manifests give it."""

import os
import subprocess
import unittest

from .manifests import OVERLAYS, environment, load

BINARY = os.environ["COPYDESK_BIN"]


class Settings(unittest.TestCase):
    def test_every_overlay_is_accepted_and_in_force(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                wanted = {name: value for name, value in environment(load(overlay)).items() if name.startswith("COPYDESK_")}
                done = subprocess.run([BINARY, "serve", "--print-config"], env=wanted, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                source, in_force = None, {}
                for line in done.stdout.splitlines():
                    if line == "# environment":
                        source = line
                    elif source:
                        name, value = line.split("=", 1)
                        in_force[name], source = value, None
                self.assertEqual(in_force, wanted)
