"""Hypothesis profiles: `dev` while working, `ci` repeatable, `deep` to search (HYPOTHESIS_PROFILE=deep); threads."""

import os

from hypothesis import settings

from autograd.testing.plugin import register_profiles

os.environ.setdefault("OMP_NUM_THREADS", "1")  # of PyTorch, on small arrays: several only wait for each other
register_profiles()
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)  # Hypothesis has its own
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
