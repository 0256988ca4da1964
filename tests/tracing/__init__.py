"""Tests of `autograd.tracing`."""
