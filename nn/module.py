"""`Module`: what owns parameters; and `Sequential`, a chain of them.

Nothing is registered. A module finds its parameters when asked, by looking through its attributes in the order in which
they were defined: into lists, tuples, dicts and other modules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd import OperandError, Tensor, Value, scope
from nn.diagram import diagram
from nn.state import State, check_state, differences

if TYPE_CHECKING:
    from nn.summary import Summary

__all__ = ["Module", "Parameter", "Sequential"]

Parameter = Value | Tensor
"""A leaf that requires a gradient."""


class Module:
    """The base of everything that has parameters.

    A subclass assigns Values, Tensors, modules, or lists, tuples and dicts of these to attributes, and defines
    `forward` (or ``__call__``). There is no ``super().__init__()`` to call. Leaves with ``requires_grad=False`` are no
    parameters.

    Attributes
    ----------
    training : whether the module is being trained: `Dropout` and `BatchNorm2d` behave otherwise when it is not.
    buffers : of a class, the names of its attributes that belong to the state but are no parameters: arrays or numbers
        that are kept up to date by assigning new ones, such as running means.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).backward()
    >>> [(name, p.grad) for name, p in line.named_parameters()]
    [('slope', 3.0), ('offset', 1.0)]
    >>> line
    Line()  # 2 parameters
    """

    training: bool = True
    buffers: tuple[str, ...] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        lost = [name for name, x in vars(cls).items() if isinstance(x, Value | Tensor) and x.requires_grad]
        if lost or "__slots__" in vars(cls):
            raise OperandError(
                f"{cls.__name__} has {', '.join(lost) or '__slots__'} in its class, where no parameter is found; "
                f"assign self.{lost[0] if lost else 'w'} = ... in __init__, to an object without __slots__"
            )

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What calling the module computes."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(self, x), which calling it runs")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Run `forward`, as a part of the graph that figures show under the path of the module."""
        with scope(type(self).__name__, self):
            return self.forward(*inputs, **options)

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """The parameters with the paths that lead to them, like ``layers.0.weight``.

        They come in the order of definition, each once, under its first path: a shared one is not repeated.

        Raises
        ------
        OperandError : if an attribute is a set: its order, and so that of the parameters, would change between runs; or
            if one leads back to the module that it is in.
        """
        nodes = ((path, thing) for path, thing in _walk(self) if isinstance(thing, Value | Tensor))
        return [(path, node) for path, node in nodes if node.requires_grad and node.op is None]

    def named_modules(self) -> list[tuple[str, Module]]:
        """The modules in this one with the paths that lead to them, each once; itself first, under ``""``."""
        return [(path, thing) for path, thing in _walk(self) if isinstance(thing, Module)]

    def modules(self) -> list[Module]:
        """The module itself and all in it, each once.

        >>> from nn import Linear, Tanh
        >>> [type(module).__name__ for module in Sequential(Linear(2, 3), Tanh()).modules()]
        ['Sequential', 'Linear', 'Tanh']
        """
        return [module for _, module in self.named_modules()]

    def parameters(self) -> list[Parameter]:
        """The parameters in the order of definition, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_children(self) -> list[tuple[str, Module]]:
        """The modules directly below this one with the paths that lead to them, each once."""
        below: dict[int, tuple[str, Module]] = {}
        for path, module in _submodules(list(_parts(self, ""))):
            below.setdefault(id(module), (path, module))
        return list(below.values())

    def children(self) -> list[Module]:
        """The modules directly below this one, each once."""
        return [module for _, module in self.named_children()]

    def named_generators(self) -> list[tuple[str, np.random.Generator]]:
        """The sources of randomness with the paths that lead to them, each once; they are no part of `state_dict`."""
        return [(path, thing) for path, thing in _walk(self) if isinstance(thing, np.random.Generator)]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: they are None again, or zeros if not `set_to_none`."""
        forget(self.parameters(), set_to_none)

    # --- training and evaluation ---

    def train(self, mode: bool = True) -> Self:
        """Let this module and all in it behave as in training, or else as in `eval`; gives the module back."""
        if not isinstance(mode, bool):
            raise OperandError(f"train() takes True or False, but got {mode!r}; nn.fit trains a model")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Let this module and all in it behave as in use: no dropout, running statistics; gives the module back."""
        return self.train(False)

    # --- state ---

    def state_dict(self) -> State:
        """Copies of all that the module has learnt, by paths like ``layers.0.weight``.

        These are the parameters, leaves that are frozen by ``requires_grad=False``, and then the `buffers`. A Value is
        an array of shape ``()``. What is shared comes once, under its first path.

        Raises
        ------
        OperandError : if two paths are the same, as of the keys 1 and ``"1"`` of a dict.

        Examples
        --------
        >>> from nn import Linear
        >>> {path: array.shape for path, array in Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}

        PyTorch's Sequential has paths without ``layers.``, and takes a state from here as ``{path.replace("layers.",
        ""): torch.as_tensor(array) for path, array in model.state_dict().items()}``; `load_state_dict` shows the way
        back.
        """
        return {path: np.array(getattr(owner, name)) for path, owner, name in self._slots()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> tuple[list[str], list[str]]:
        """Take over what `state_dict` gave; all of it is checked first, so that nothing is half loaded.

        Parameters
        ----------
        state : arrays by path, of the shapes here, and of a dtype that this one holds without loss.
        strict : whether the paths must be the same; else what is missing stays, and what is unexpected is left out.

        Returns
        -------
        The paths that are missing in `state`, and those that are unexpected.

        Raises
        ------
        ValueError : if the state does not fit; the message lists every path that does not, with shapes.
        OperandError : if it is no state.

        Examples
        --------
        >>> from nn import Linear
        >>> Linear(3, 2).load_state_dict({"weight": np.ones((2, 4)), "scale": np.ones(2)})
        Traceback (most recent call last):
        ValueError: the state does not fit Linear(3, 2):
          missing: bias (2,)
          unexpected: scale (2,)
          other shapes: weight is (2, 3) here, but (2, 4) in the state

        A state of PyTorch's Sequential, whose paths are without ``layers.``:

        >>> model = Sequential(Linear(3, 2))
        >>> state = {"0.weight": np.ones((2, 3)), "0.bias": np.ones(2)}
        >>> model.load_state_dict({path: state[path.replace("layers.", "")] for path in model.state_dict()})
        ([], [])
        """
        check_state(state)
        slots = {path: (owner, name) for path, owner, name in self._slots()}
        ours = {path: np.asarray(getattr(*slot)) for path, slot in slots.items()}
        given = {path: np.asarray(x.numpy() if isinstance(x, Value | Tensor) else x) for path, x in state.items()}
        if unlike := differences(ours, given, strict):
            head = f"the state does not fit {type(self).__name__}({self.extra_repr()}):"
            raise ValueError("\n  ".join([head, *unlike]))
        for path in ours.keys() & given.keys():
            array = given[path].astype(ours[path].dtype)
            setattr(*slots[path], array if isinstance(getattr(*slots[path]), np.ndarray) else array.item())
        return [path for path in ours if path not in given], [path for path in given if path not in ours]

    def _slots(self) -> list[tuple[str, Any, str]]:
        """Where the state is: paths, and for each an object and the name of its attribute."""
        things = list(_walk(self))
        leaves = [(path, x, "data") for path, x in things if isinstance(x, Value | Tensor) and x.op is None]
        buffers = [
            (f"{path and path + '.'}{name}", module, name)
            for path, module in things
            if isinstance(module, Module)
            for name in module.buffers
            if not isinstance(getattr(module, name), Value | Tensor | None)  # a node is a leaf above
        ]
        slots = leaves + buffers
        if twice := [path for path, times in Counter(path for path, *_ in slots).items() if times > 1]:
            raise OperandError(
                f"two things in {type(self).__name__} have the path {', '.join(twice)}; "
                "give them keys that differ as text"
            )
        return slots

    # --- text ---

    def extra_repr(self) -> str:
        """What stands between the parentheses of the repr: the arguments that tell this module from its like."""
        return ""

    def summary(self, *input_shapes: Sequence[int], dtype: Any = None) -> Summary:
        """A table of all modules inside with the shapes of what they give, from a run on zeros, and their parameters.

        Parameters
        ----------
        *input_shapes : of each argument of a call, with the axis of the batch.
        dtype : of the arguments, that of the first parameter by default; ``int`` for an `nn.Embedding`.

        Raises
        ------
        ShapeError : if the shapes do not fit the model.

        Examples
        --------
        >>> from nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU
        >>> model = Sequential(Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(256, 10))
        >>> model.summary((64, 1, 8, 8))
                  layer                                    output          parameters
        ─────────────────────────────────────────────────────────────────────────────
        input                                              (64, 1, 8, 8)
        layers.0  Conv2d(1, 16, kernel_size=3, padding=1)  (64, 16, 8, 8)         160
        layers.1  ReLU()                                   (64, 16, 8, 8)
        layers.2  MaxPool2d(kernel_size=2)                 (64, 16, 4, 4)
        layers.3  Flatten()                                (64, 256)
        layers.4  Linear(256, 10)                          (64, 10)             2,570
        ─────────────────────────────────────────────────────────────────────────────
                  Sequential()                             (64, 10)             2,730
        """
        from nn.summary import summary  # which stands on this floor

        return summary(self, *input_shapes, dtype=dtype)

    def __repr__(self) -> str:
        size = sum(p.size if isinstance(p, Tensor) else 1 for p in self.parameters())
        lines = [
            f"  ({name}): " + repr(module).replace("\n", "\n  ") for name, module in _submodules(list(_parts(self, "")))
        ]
        count = f"  # {size:,} parameter{'s' * (size != 1)}" if size else ""
        head = f"{type(self).__name__}({self.extra_repr()}"
        return "\n".join([head + count, *lines, ")"]) if lines else f"{head}){count}"


class Sequential(Module):
    """Modules, or plain functions, one after the other.

    Parameters
    ----------
    *layers : what to call in turn, each with the result of the one before.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Linear, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Linear(4, 8, rng=rng), ReLU(), Linear(8, 3, rng=rng))
    >>> model
    Sequential(  # 67 parameters
      (layers.0): Linear(4, 8)  # 40 parameters
      (layers.1): ReLU()
      (layers.2): Linear(8, 3)  # 27 parameters
    )
    >>> model(np.zeros((5, 4))).shape
    (5, 3)
    >>> [name for name, _ in model.named_parameters()]
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for layer in layers:
            if isinstance(layer, type):
                raise OperandError(f"Sequential takes modules, not classes: write {layer.__name__}(...)")
            if not callable(layer):
                raise OperandError(
                    f"Sequential takes modules and functions, but got {layer!r} of type {type(layer).__name__}; "
                    "unpack a list of them with Sequential(*layers)"
                )
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        """The last layer's result."""
        for layer in self.layers:
            x = layer(x)
        return x

    def diagram(
        self, x: Sequence[Any], y: Any = None, passes: str = "forward", lang: str = "en", loss: Any = None
    ) -> Any:
        """Draw the network with one sample: its forward pass, or back propagation; see `nn.diagram.diagram`."""
        return diagram(self, x, y, passes, lang, loss)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int | slice) -> Any:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __iter__(self) -> Iterator[Callable[[Any], Any]]:
        return iter(self.layers)


def forget(parameters: Iterable[Parameter], set_to_none: bool) -> None:
    """Make gradients None or zeros."""
    for p in parameters:
        p.grad = None if set_to_none else np.zeros(p.shape, p.dtype) if isinstance(p, Tensor) else 0.0


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of a Tensor, or of what numpy makes an array of."""
    return x.shape if isinstance(x, Tensor) else np.shape(x)


def _walk(module: Module) -> Iterator[tuple[str, Any]]:
    """Everything in a module with its path, in the order of definition and each once, the module itself first."""
    pending: list[tuple[str, Any, int]] = [("", module, 0)]
    seen: set[int] = set()
    above: list[Any] = []  # what leads to the thing, from the module down
    while pending:
        path, thing, depth = pending.pop()
        del above[depth:]
        if id(thing) not in seen:
            seen.add(id(thing))
            yield path, thing
            above.append(thing)
            prefix = path and path + "."
            pending += reversed([(f"{prefix}{key}", part, depth + 1) for key, part in _parts(thing, path)])
        elif any(thing is one for one in above):
            raise OperandError(
                f"{path} leads back to a {type(thing).__name__} that it is in, whose parameters would be its own, too; "
                "keep it as weakref.ref(...), or as a function that gives it"
            )


def _parts(thing: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """What a module, list, tuple or dict holds, with the keys; nothing for anything else."""
    if isinstance(thing, Module):
        yield from vars(thing).items()
    elif isinstance(thing, dict):
        yield from thing.items()
    elif isinstance(thing, list | tuple):
        yield from enumerate(thing)
    elif isinstance(thing, set | frozenset):
        raise OperandError(f"{path} is a set, which has no order for its parameters; use a list, tuple or dict")


def _submodules(parts: list[tuple[Any, Any]]) -> Iterator[tuple[str, Module]]:
    """The modules directly below, looking into lists, tuples and dicts but not into modules."""
    for key, part in parts:
        if isinstance(part, Module):
            yield str(key), part
        elif isinstance(part, list | tuple | dict):
            yield from _submodules([(f"{key}.{inner}", deeper) for inner, deeper in _parts(part, str(key))])
