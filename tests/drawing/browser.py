"""Where the real browser of some tests is; they are skipped where playwright or Chromium is missing."""

import shutil
from importlib.util import find_spec

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or find_spec("playwright") is None, reason="playwright or Chromium is not installed"
)
