"""Every benchmark starts with the garbage collector as a fresh process has it, and none of another's garbage."""

import gc

import pytest


@pytest.fixture(autouse=True)
def fresh_collector():
    gc.collect()  # after which autograd.collector, too, is back at the program's own thresholds
