"""The words of the figures, in English and Chinese, and the symbols of their formulas."""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd.drawing.text import number, printable

__all__ = ["WORDS", "Atom", "Formula", "activation", "by", "numeral", "symbol"]


class Atom(NamedTuple):
    """A letter with its layer above and its unit below."""

    base: str
    above: str = ""
    below: str = ""
    face: str = "serif"
    italic: bool = True


Formula = tuple[Atom | str, ...]
"""Atoms, and between them plain text such as ``" = "``."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "forward": "Forward pass", "backward": "Back propagation", "flow": "Training flow", "step": "Layer {}",
        "input": "Input layer", "layer": "Layer {}", "output": "Output layer", "loss": "Loss",
        "prediction": "prediction", "label": "label", "parameters": "{} parameters", "weight": "weight",
        "width": "line width: size", "circle": "circle: activation", "error": "circle: error term δ",
        "gradient": "gradient", "hover": "weights in the tooltips", "optimizer": "Optimizer",
        "update": "Update the weights", "state": "optimizer state", "state′": "new state",
        "old": "old weights", "new": "new weights",
        "none": "none", "fresh": "none yet", "batch": "{} samples, one column each", "velocity": "velocity v",
        "m": "mean m", "v": "mean square v", "G": "sum of squares G", "u": "velocity u", "mean": "mean ḡ",
        "largest": "largest v",
        "ahead": "FWD {}", "back": "BWD {}", "squared_error": "squared error", "mse_loss": "mean squared error",
        "field": "Receptive field", "image": "image",
        "sees": "one number of the output sees {} of the image",
        "window": "window {}", "strided": "window {}, stride {}",
        "cross_entropy": "cross entropy", "half_squared_error": "half squared error", "l1_loss": "mean absolute error",
        "binary_cross_entropy": "binary cross entropy",
        "binary_cross_entropy_with_logits": "binary cross entropy of logits",
        "huber_loss": "Huber loss", "smooth_l1_loss": "smooth absolute error",
    },
    "zh": {
        "forward": "前向传播", "backward": "反向传播", "flow": "训练流程", "step": "第 {} 层",
        "input": "输入层", "layer": "第 {} 层", "output": "输出层", "loss": "损失",
        "prediction": "预测值", "label": "标注值", "parameters": "{} 个参数", "weight": "权重",
        "width": "线宽：大小", "circle": "圆圈：激活值", "error": "圆圈：误差项 δ",
        "gradient": "梯度", "hover": "权重见悬停提示", "optimizer": "优化器",
        "update": "更新模型权重", "state": "优化器状态", "state′": "新状态", "old": "旧权重", "new": "新权重",
        "none": "无", "fresh": "尚无", "batch": "{} 个样本，每列一个", "velocity": "速度 v",
        "m": "均值 m", "v": "均方 v", "G": "平方和 G", "u": "速度 u", "mean": "均值 ḡ", "largest": "最大 v",
        "ahead": "前向 {}", "back": "反向 {}", "squared_error": "平方误差", "mse_loss": "均方误差",
        "field": "感受野", "image": "图像", "sees": "输出的一个数看到图像的 {}",
        "window": "窗口 {}", "strided": "窗口 {}，步幅 {}",
        "cross_entropy": "交叉熵", "half_squared_error": "误差平方和的一半", "l1_loss": "平均绝对误差",
        "binary_cross_entropy": "二元交叉熵", "binary_cross_entropy_with_logits": "二元交叉熵（由 logits）",
        "huber_loss": "Huber 损失", "smooth_l1_loss": "平滑绝对误差",
    },
}  # fmt: skip

_NAMES = {"relu": "ReLU", "sigmoid": "σ", "tanh": "tanh"}


def symbol(letter: str, layer: int | str = "", unit: int | str = "") -> Atom:
    """``symbol("a", 1, 2)`` is a with [1] above and 2 below."""
    return Atom(letter, f"[{layer}]" if layer != "" else "", str(unit))


def by(letter: str, layer: int | str) -> Formula:
    """∂L/∂ of something of a layer."""
    return Atom("∂L/∂"), symbol(letter, layer)


def activation(name: str) -> str:
    """The name of an activation in a formula; ``""`` for none, f for one without a name."""
    if name.lower() in ("linear", "identity"):
        return ""
    shown = printable(_NAMES.get(name.lower(), name))
    return shown if shown.isidentifier() and len(shown) <= 12 else "f"


def numeral(x: Any, precision: int = 2, whole: bool = True) -> str:
    """A number for a circle, a pill or a matrix: short, with as many decimals as its neighbours.

    >>> numeral(0.5), numeral(-2.0), numeral(-2.0, whole=False), numeral(1e-9)
    ('0.50', '−2', '−2.00', '1e−9')
    """
    x = float(x)
    if x == 0.0 or 10.0**-precision <= abs(x) < 1e5:
        decimals = 0 if whole and x.is_integer() else precision
        return f"{x + 0.0:.{decimals}f}".replace("-", "−")  # + 0.0: no negative zero
    text = number(x, precision)
    return text if len(text) <= 8 else number(x, 1)
