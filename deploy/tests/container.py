"""A bundle for runc from an image and the rendered Deployment: what a kubelet and containerd would make of them."""

import json
import os
import platform
import tarfile
from pathlib import Path

from .manifests import container, environment, load, one, size

# The profile that Debian's containers-common brings, of which RuntimeDefault is the like.
SECCOMP = Path("/usr/share/containers/seccomp.json")


def unpack(layout, rootfs):
    """Unpacks the one image of an OCI layout; its digest, its configuration, and the bytes of its layers."""
    index = json.loads(Path(layout, "index.json").read_text())
    (described,) = index["manifests"]
    manifest = json.loads(blob(layout, described["digest"]).read_text())
    rootfs.mkdir()
    for layer in manifest["layers"]:
        with tarfile.open(blob(layout, layer["digest"])) as archive:
            archive.extractall(rootfs)
    config = json.loads(blob(layout, manifest["config"]["digest"]).read_text())
    return described["digest"], config, sum(layer["size"] for layer in manifest["layers"])


def blob(layout, digest):
    return Path(layout, "blobs", *digest.split(":"))


def bundle(folder, config, mounts, changed):
    """Writes config.json beside rootfs: the production overlay's container, with some settings changed."""
    objects = load("production")
    pod = one(objects, "Deployment")["spec"]["template"]["spec"]
    spec, context = container(objects), pod["securityContext"]
    variables = dict(item.split("=", 1) for item in config["Env"]) | environment(objects) | changed
    limit = size(spec["resources"]["limits"]["memory"])
    capabilities = {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")}
    assert spec["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    places = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
    ]
    for mount in spec["volumeMounts"]:
        assert mount["readOnly"]
        source = str(mounts[mount["name"]])
        places.append({"destination": mount["mountPath"], "type": "bind", "source": source, "options": ["bind", "ro"]})
    written = {
        "ociVersion": "1.0.2",
        "process": {
            "args": config["Entrypoint"] + spec["args"],
            "env": [f"{name}={value}" for name, value in sorted(variables.items())],
            "cwd": config.get("WorkingDir") or "/",
            "user": {"uid": context["runAsUser"], "gid": context["runAsGroup"], "additionalGids": [context["fsGroup"]]},
            "noNewPrivileges": not spec["securityContext"]["allowPrivilegeEscalation"],
            "capabilities": capabilities,
        },
        "root": {"path": "rootfs", "readonly": spec["securityContext"]["readOnlyRootFilesystem"]},
        "hostname": "copydesk",
        "mounts": places,
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "resources": {"memory": {"limit": limit}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }
    if SECCOMP.exists():
        written["linux"]["seccomp"] = seccomp()
    Path(folder, "config.json").write_text(json.dumps(written))
    return limit


def seccomp():
    """The default profile as it is for a process without capabilities."""
    profile = json.loads(SECCOMP.read_text())
    here = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    calls = []
    for rule in profile["syscalls"]:
        includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
        if includes.get("caps") or here in excludes.get("arches", []):
            continue
        if includes.get("arches") and here not in includes["arches"]:
            continue
        kept = {name: rule[name] for name in ("names", "action", "args", "errnoRet") if rule.get(name) is not None}
        calls.append(kept)
    architectures = {"amd64": "SCMP_ARCH_X86_64", "arm64": "SCMP_ARCH_AARCH64"}
    return {"defaultAction": profile["defaultAction"], "architectures": [architectures[here]], "syscalls": calls}


def owned(path, context_group=65532):
    """Gives a mounted folder to the pod's group, as `fsGroup` does."""
    for each in (path, *path.iterdir()):
        os.chown(each, 0, context_group)
        each.chmod(0o750 if each.is_dir() else 0o440)
