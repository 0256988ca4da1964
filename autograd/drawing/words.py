"""The words of a figure of a graph, in English and Chinese."""

from __future__ import annotations

from typing import Literal

__all__ = ["WORDS", "Lang"]

Lang = Literal["en", "zh"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "code": "en", "grad": "grad", "more": "… {:,} more", "earlier": "{:,} earlier values",
        "constant": "constant {}", "gradient": "gradient {}", "contributes": "contributes {}",
        "result": "result", "operand": "operand",
        "graph": "Computation graph", "graph of": "Computation graph of {}", "and": ", ",
        "counts": "{} operation(s) on {} leaf value(s)", "hidden": ", and {:,} more that are not shown",
        "gradients": "Gradients: {}", "stop": ". ", "blocks": "a cell is the mean of a block of {}",
        "one path": "one path", "paths": "the sum over {} paths", "root": "root", "value": "value",
        "comma": ", ", "colon": ":",
        "other paths": "… and {} more", "upstream": "{} is the gradient of {}", "slice": "shown: {}",
        "about": "about {}", "steps": "({:,} steps)", "left": "(left)", "right": "(right)", "place": "(operand {})",
        "accumulated": "{}.grad = {} is not of this sweep alone",
        "values": "{:,} values", "one operation": "1 operation", "operations": "{:,} operations",
        "one parameter": "1 parameter", "parameters": "{:,} parameters",
        "depth": "scopes folded below depth {}", "repeats": "of repeated scopes the first is shown",
        "dashed": "dashed: to or from another copy", "copy": "copy {}", "another copy": "another copy",
        "from copy": "{}, which is not drawn: {}", "of copies": "used by copies that are not drawn",
        "sum over": "Σ over {:,}",
        "shares": "the sum over {:,} copies, of which the edges show the first",
        "leaves": "start", "forward": "forward", "seed": "seed", "backward": "backward",
        "seed why": "by how much the result changes with itself", "through": "through",
        "strong zero": "a zero passes nothing on, whatever the local derivative (strong zero)",
        "toolbar": "step through the graph", "first": "first step", "back": "one step back", "play": "play",
        "pause": "pause", "next": "next step", "last": "last step", "step": "step", "what if": "What if",
        "reset": "reset", "hint": "← → step · space plays · click a value for its formula and its paths",
    },
    "zh": {
        "code": "zh-Hans", "grad": "梯度", "more": "… 另有 {:,} 个", "earlier": "较早的 {:,} 个值",
        "constant": "常量 {}", "gradient": "梯度 {}", "contributes": "贡献 {}",
        "result": "结果", "operand": "操作数",
        "graph": "计算图", "graph of": "{} 的计算图", "and": "、",
        "counts": "{} 个运算，{} 个叶子值", "hidden": "，另有 {:,} 个未显示",
        "gradients": "梯度：{}", "stop": "。", "blocks": "每格是 {} 的块的平均值",
        "one path": "一条路径", "paths": "{} 条路径之和", "root": "根", "value": "值",
        "comma": "，", "colon": "：",
        "other paths": "… 另有 {} 条", "upstream": "{} 是 {} 的梯度", "slice": "所示：{}",
        "about": "约 {}", "steps": "（{:,} 步）", "left": "（左）", "right": "（右）", "place": "（操作数 {}）",
        "accumulated": "{}.grad = {} 不只来自这一次反向传播",
        "values": "{:,} 个值", "one operation": "1 个运算", "operations": "{:,} 个运算",
        "one parameter": "1 个参数", "parameters": "{:,} 个参数",
        "depth": "深度 {} 以下的部分已折叠", "repeats": "重复的部分只显示第一个",
        "dashed": "虚线来自或通向其他副本", "copy": "第 {} 份", "another copy": "其他副本",
        "from copy": "{}（未画出）：{}", "of copies": "由未画出的副本使用",
        "sum over": "{:,} 份之和",
        "shares": "{:,} 份之和，边上只显示第一份",
        "leaves": "起点", "forward": "前向传播", "seed": "种子", "backward": "反向传播",
        "seed why": "结果随自身变化的快慢", "through": "经过",
        "strong zero": "梯度为零时不传递任何东西，无论局部导数是多少（强零）",
        "toolbar": "逐步查看计算图", "first": "第一步", "back": "上一步", "play": "播放",
        "pause": "暂停", "next": "下一步", "last": "最后一步", "step": "步骤", "what if": "如果",
        "reset": "复原", "hint": "← → 逐步 · 空格播放 · 点击一个值查看它的公式和路径",
    },
}  # fmt: skip
