"""Makes the environments that everything else runs in, with nothing but python3 and its pip.

It owns `.venv` (the demo's set, or dev, which includes it) and `.venv-sam`; it runs no product
code. It parses on Python 3.6, so that a Python that is too old is told so in plain words.
"""

import errno
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Sequence

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = {"demo": ".venv", "dev": ".venv", "sam": ".venv-sam"}
SOURCE_ROOTS = (ROOT, ROOT / "layers" / "understudy", ROOT / "layers" / "custody")
SOURCES = ("layers", "functions", "simulators", "localcloud", "cli", "benchmarks", "checks")
STAMP = "understudy-stamp.json"
LAUNCHER = '#!/bin/sh\nexec "$(dirname "$0")/python" -P -m cli "$@"\n'

NO_WRITE_PERMISSION = (
    "NO_WRITE_PERMISSION",
    "this folder cannot be written",
    'make it yours (chown -R "$USER" .) or clone into a folder of your own',
)
DISK_FULL = (
    "DISK_FULL",
    "no space is left on the disk",
    "free about 1 GB (this folder and the temporary folder), then run the same command again",
)
# What a failed step said -> code, meaning, remedy; the first match counts.
DIAGNOSES = (
    (("No space left on device", "Disk quota exceeded"), DISK_FULL),
    (("Permission denied", "Read-only file system"), NO_WRITE_PERMISSION),
    (
        ("ensurepip is not available", "No module named ensurepip", "No module named venv"),
        (
            "PIP_MISSING",
            "this Python cannot make an environment with pip",
            "install its venv package (Debian, Ubuntu: sudo apt install python3-venv)",
        ),
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        (
            "HASH_MISMATCH",
            "a downloaded package is not the one that was pinned",
            "do not use it: clear the cache (python3 -m pip cache purge), check your mirror",
        ),
    ),
    (
        ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ReadTimeout", "SSLError",
         "ProxyError", "Connection refused", "Temporary failure in name resolution",
         "HTTP error 5", "Max retries exceeded"),
        (
            "REGISTRY_UNREACHABLE",
            "the package registry does not answer",
            "check the network, the proxy (HTTPS_PROXY) and pip's index (pip config list)",
        ),
    ),
    (
        ("No matching distribution found", "which is not installed"),
        (
            "PACKAGE_MISSING",
            "the registry has no wheel of a pinned package for this system",
            "use 64-bit Linux or macOS with Python 3.11 to 3.13, or a complete mirror",
        ),
    ),
)  # fmt: skip


class BootstrapError(Exception):
    """A cause that the user can remove, with the remedy."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


def main(arguments: Sequence[str]) -> int:
    """Bring the environment of one requirement set up to date; 0 when it is."""
    try:
        prepare(_requested_set(arguments))
    except BootstrapError as error:
        return _report(error)
    except OSError as error:
        return _report(_explain_os_error(error))
    except KeyboardInterrupt:
        print("stopped; the next run starts over", file=sys.stderr)
        return 130
    return 0


def prepare(wanted: str) -> None:
    """Create, repair or update the environment of the set `wanted`; nothing when it is current."""
    _require_python()
    environment = ROOT / ENVIRONMENTS[wanted]
    stamp = _read_stamp(environment)
    name = "dev" if wanted == "demo" and stamp.get("set") == "dev" else wanted
    expected = _expected_stamp(name)
    if stamp == expected and _python(environment).exists():
        return
    started = time.time()
    if stamp.get("home") == expected["home"] and _python(environment).exists():
        (environment / STAMP).unlink()  # half-made from here on
    else:
        _create(environment)
    _install(environment, name)
    _link_sources(environment)
    (environment / STAMP).write_text(json.dumps(expected))
    _say("%s is ready (%.0f s)" % (environment.name, time.time() - started))


def _requested_set(arguments: Sequence[str]) -> str:
    if len(arguments) != 1 or arguments[0] not in ENVIRONMENTS:
        names = " | ".join(sorted(ENVIRONMENTS))
        message = "which set? given: %s" % (" ".join(arguments) or "nothing")
        raise BootstrapError("UNKNOWN_SET", message, "python3 cli/bootstrap.py " + names)
    return arguments[0]


def _require_python() -> None:
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return
    message = "this is Python %d.%d; Understudy needs 3.11 or newer" % sys.version_info[:2]
    remedy = "install Python 3.11 or newer, then name it: make demo PYTHON=python3.12"
    raise BootstrapError("PYTHON_TOO_OLD", message, remedy)


def _read_stamp(environment: Path) -> Dict[str, str]:
    """Read what an earlier run finished; empty for a half-made environment."""
    try:
        return dict(json.loads((environment / STAMP).read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}


def _expected_stamp(name: str) -> Dict[str, str]:
    digest = hashlib.sha256(_requirements(name).read_bytes()).hexdigest()
    # An environment knows its place and its Python: it can neither be moved nor upgraded.
    home = "%d.%d %s" % (sys.version_info[0], sys.version_info[1], ROOT)
    return {"set": name, "requirements": digest, "home": home}


def _create(environment: Path) -> None:
    if not os.access(str(ROOT), os.W_OK):
        raise BootstrapError(*NO_WRITE_PERMISSION)
    _say("%s: creating the environment" % environment.name)
    _run([sys.executable, "-m", "venv", "--clear", str(environment)], total=0)


def _install(environment: Path, name: str) -> None:
    requirements = _requirements(name)
    total = requirements.read_text().count("==")
    _say("%s: installing the %s set, %d packages" % (environment.name, name, total))
    python = str(_python(environment))
    # The set is complete, and pip looks for extras of a hashed package in vain: so no-deps, then
    # the check whether anything is missing on this system.
    flags = [
        "--no-input",
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-compile",
    ]
    _run([python, "-m", "pip", "install"] + flags + ["-r", str(requirements)], total)
    _run([python, "-m", "pip", "check"], total=0)
    _say("%s: compiling" % environment.name)
    folders = [str(_site_packages(environment))] + [str(ROOT / source) for source in SOURCES]
    # A package may carry files for other Pythons: they do not compile and nothing imports them.
    subprocess.call([python, "-m", "compileall", "-qq", "-j", "0"] + folders)


def _link_sources(environment: Path) -> None:
    """Put the sources on the path and the `understudy` command beside python."""
    paths = "".join("%s\n" % path for path in SOURCE_ROOTS)
    (_site_packages(environment) / "understudy.pth").write_text(paths)
    launcher = environment / "bin" / "understudy"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def _run(command: Sequence[str], total: int) -> None:
    """Run a step, counting its packages aloud; a failure is explained from what it said."""
    environ = dict(os.environ, PYTHONUNBUFFERED="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    output = ""
    collected = 0
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
        universal_newlines=True,
    ) as process:
        for line in process.stdout or ():
            output += line
            if line.startswith(("Collecting ", "Processing ")):  # from the registry, from a mirror
                collected += 1
                _say("  [%3d/%d] %s" % (collected, total, Path(line.split()[1]).name))
    if process.returncode != 0:
        raise _explain(output)


def _explain(output: str) -> BootstrapError:
    for fragments, diagnosis in DIAGNOSES:
        if any(fragment in output for fragment in fragments):
            return BootstrapError(*diagnosis)
    last = "\n".join(output.strip().splitlines()[-8:])
    remedy = "read the lines above; deleting .venv and running again starts from nothing"
    return BootstrapError("INSTALL_FAILED", "a step did not succeed:\n" + last, remedy)


def _explain_os_error(error: OSError) -> BootstrapError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return BootstrapError(*DISK_FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return BootstrapError(*NO_WRITE_PERMISSION)
    remedy = "put right what it names, then run the same command again"
    return BootstrapError("OS_ERROR", str(error), remedy)


def _report(error: BootstrapError) -> int:
    print("error %s: %s\nremedy: %s" % (error.code, error, error.remedy), file=sys.stderr)
    return 1


def _requirements(name: str) -> Path:
    return ROOT / "requirements" / (name + ".txt")


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


def _site_packages(environment: Path) -> Path:
    version = "python%d.%d" % sys.version_info[:2]
    return environment / "lib" / version / "site-packages"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
