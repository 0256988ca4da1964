"""Hypothesis profiles: `dev` while working, `ci` repeatable, `deep` to search (HYPOTHESIS_PROFILE=deep); and more."""

import os

import pytest
from hypothesis import settings

from autograd.testing.plugin import register_profiles
from tests.drawing.browser import CHROMIUM

os.environ.setdefault("OMP_NUM_THREADS", "1")  # of PyTorch, on small arrays: several only wait for each other
register_profiles()
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)  # Hypothesis has its own
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests that look at figures in one."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()
