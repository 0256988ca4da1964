"""The notebooks that are to be tested run in a process of their own, from before the first test on."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.notebooks.stored import FOLDER, read

_RUN = pytest.StashKey[tuple[subprocess.Popen, tempfile.TemporaryDirectory]]()


def pytest_collection_finish(session):
    paths = [item.callspec.params["path"] for item in session.items if "executed" in getattr(item, "fixturenames", ())]
    if paths and not session.config.option.collectonly:
        folder = tempfile.TemporaryDirectory()
        command = [sys.executable, "-m", "tests.notebooks", "--into", folder.name, *map(str, paths)]
        process = subprocess.Popen(command, cwd=FOLDER.parent, stderr=subprocess.PIPE, text=True)
        session.stash[_RUN] = process, folder


def pytest_sessionfinish(session):
    if _RUN in session.stash:
        process, folder = session.stash[_RUN]
        process.kill()
        process.communicate()
        folder.cleanup()


@pytest.fixture
def executed(request, path):
    """The notebook `path` with the outputs of a new run."""
    process, folder = request.session.stash[_RUN]
    done, failed = (Path(folder.name) / f"{path.name}{suffix}" for suffix in ("", ".error"))
    while not (done.exists() or failed.exists()):
        if process.poll() is not None and not (done.exists() or failed.exists()):
            pytest.fail(process.stderr.read()[-2000:])
        time.sleep(0.05)
    if failed.exists():
        pytest.fail(failed.read_text(encoding="utf-8"))
    return read(done)
