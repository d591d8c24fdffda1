"""Two builds of the image have one digest, and it runs as the manifest says. Needs root, buildah and runc."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from .container import SECCOMP, bundle, owned, unpack
from .manifests import DEPLOY
from .server import token_line

NAME = f"copydesk-check-{os.getpid()}"
MEGABYTE = 1_000_000
TOKEN = "correct horse"


@unittest.skipUnless(os.geteuid() == 0, "buildah and runc need root here")
class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="copydesk-image-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.built = [build(cls.folder, number) for number in (1, 2)]
        cls.digest, cls.config, cls.bytes = cls.built[0]
        cls.rootfs = cls.folder / "bundle-1" / "rootfs"

    def test_two_builds_have_one_digest(self):
        self.assertEqual(self.built[0][0], self.built[1][0])
        note(f"two builds, one digest {self.digest[:19]}")

    def test_image_is_one_file(self):
        self.assertEqual([str(path.relative_to(self.rootfs)) for path in self.rootfs.rglob("*")], ["copydesk"])

    def test_image_is_small(self):
        unpacked = (self.rootfs / "copydesk").stat().st_size
        note(f"{unpacked / MEGABYTE:.1f} MB unpacked, {self.bytes / MEGABYTE:.1f} MB to pull")
        self.assertLess(unpacked, 20 * MEGABYTE)

    def test_image_says_what_it_is(self):
        config = self.config["config"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Entrypoint"], ["/copydesk"])
        for label in ("title", "version", "revision", "licenses"):
            self.assertTrue(config["Labels"][f"org.opencontainers.image.{label}"])

    def test_it_runs_as_the_manifest_says(self):
        folder = self.folder / "bundle-1"
        tls, tokens = secrets(folder)
        limit = bundle(folder, self.config["config"], {"tls": tls, "tokens": tokens}, {})
        start = time.monotonic()
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen([os.environ["RUNC"], "run", "--bundle", folder, NAME], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(subprocess.run, [os.environ["RUNC"], "delete", "--force", NAME], capture_output=True)
        self.addCleanup(process.wait)
        self.addCleanup(subprocess.run, [os.environ["RUNC"], "kill", NAME, "KILL"], capture_output=True)
        pid = running(process, folder)

        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        self.assertEqual(status["Uid"].split(), ["65532"] * 4)
        self.assertEqual({status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}, {"0" * 16})
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2" if SECCOMP.exists() else "0")
        (root,) = [line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines() if line.split()[4] == "/"]
        self.assertIn("ro", root[5].split(","))

        self.assertEqual(memory_limit(pid), limit)

        told = client(pid, "serving", tls)
        note(f"SERVING {told['serving_at'] - start:.2f} s after runc began")
        self.assertEqual(told["without_token"], "UNAUTHENTICATED")
        self.assertEqual(told["sentences"], 3)

        told = client(pid, "overload", tls)
        peak = int(dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())["VmHWM"].split()[0]) * 1024
        note(f"{told['asked']} calls with 1 MB texts at once: {told['codes']}, peak {peak / 2**20:.0f} MiB of {limit / 2**20:.0f}")
        self.assertLessEqual(set(told["codes"]), {"OK", "UNAVAILABLE"})
        self.assertGreater(told["codes"]["OK"], 0)
        self.assertLess(peak, limit)
        self.assertEqual(client(pid, "serving", tls)["sentences"], 3)

        draining = subprocess.Popen(inside(pid, "drain", tls), stdout=subprocess.PIPE, text=True)
        self.assertEqual(draining.stdout.readline(), "ready\n")
        subprocess.run([os.environ["RUNC"], "kill", NAME, "TERM"], check=True)
        start = time.monotonic()
        told = json.loads(draining.communicate(timeout=60)[0])
        self.assertEqual(process.wait(timeout=60), 0, (folder / "log").read_text())
        note(f"SIGTERM: NOT_SERVING after {told['not_serving_after']:.2f} s, {told['answered']} calls answered and {told['failed']} lost in the drain delay, exit 0 after {time.monotonic() - start:.1f} s")
        self.assertEqual(told["failed"], 0)
        self.assertGreater(told["answered"], 0)


def build(folder, number):
    """Builds the image in a storage of its own; its digest, its configuration and its size."""
    context, layout = folder / f"context-{number}", folder / f"layout-{number}"
    context.mkdir()
    shutil.copyfile(os.environ["COPYDESK_BIN"], context / "copydesk")
    home = ["--root", folder / f"storage-{number}", "--runroot", folder / f"run-{number}", "--storage-driver", "vfs"]
    buildah = [os.environ["BUILDAH"], *home]
    options = ["--isolation", "chroot", "--timestamp", "0", "--build-arg", "REVISION=checked", "--file", DEPLOY / "Containerfile"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    subprocess.run([*buildah, "bud", *options, "--tag", "copydesk", context], **quiet)
    subprocess.run([*buildah, "push", "copydesk", f"oci:{layout}:copydesk"], **quiet)
    made = folder / f"bundle-{number}"
    made.mkdir()
    return unpack(layout, made / "rootfs")


def secrets(folder):
    """The two Secrets, as the kubelet would mount them."""
    tls, tokens = folder / "tls", folder / "tokens"
    tls.mkdir()
    tokens.mkdir()
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", tls / "tls.key", "-out", tls / "tls.crt"], check=True, capture_output=True)
    (tokens / "tokens").write_text(token_line("check", TOKEN))
    for each in (tls, tokens):
        owned(each)
    return tls, tokens


def running(process, folder):
    """The process of the container, once it is there."""
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        done = subprocess.run([os.environ["RUNC"], "state", NAME], capture_output=True, text=True)
        if done.returncode == 0 and json.loads(done.stdout)["status"] == "running":
            return json.loads(done.stdout)["pid"]
        time.sleep(0.02)
    raise AssertionError("the container does not run:\n" + (folder / "log").read_text())


def memory_limit(pid):
    """The limit that the kernel holds a process to, with cgroups of either version."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers == "memory":
            return int(Path(f"/sys/fs/cgroup/memory{group}/memory.limit_in_bytes").read_text())
        if controllers == "" and Path(f"/sys/fs/cgroup{group}/memory.max").exists():
            return int(Path(f"/sys/fs/cgroup{group}/memory.max").read_text())
    raise AssertionError("no memory controller")


def inside(pid, act, tls):
    """The command that acts as a client in the container's network."""
    return ["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-m", "tests.image_client", act, str(tls / "tls.crt"), TOKEN]


def client(pid, act, tls):
    done = subprocess.run(inside(pid, act, tls), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def note(text):
    with open(os.environ["NOTES"], "a") as notes:
        print(text, file=notes)
