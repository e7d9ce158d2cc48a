"""A class made up for tests: sixty who each wrote hw1 in a way of their own, and copies made as people make them.

Every function is put together from parts that people really write differently (how the difference is taken, how
it is reduced, in which order the cases come), then spelled in the author's own style. So two honest ones agree here
and there, as they do in a class, and no two are the same.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Source = str
NAMES = {
    "e": ("e", "err", "error", "loss", "losses", "out", "res", "result", "l", "val", "values", "ret"),
    "d": ("d", "diff", "delta_", "r", "resid", "residual", "gap", "z", "dist", "dx"),
    "m": ("m", "mx", "peak", "top", "maximum", "c", "shift", "biggest", "maxes"),
    "s": ("s", "ex", "exps", "num", "numer", "powers", "t", "shifted", "ez"),
    "n": ("n", "count", "size", "total", "num_items", "N", "cnt"),
    "g": ("g", "grad", "grads", "dout", "gx", "derivative", "dl", "back"),
    "i": ("i", "idx", "k", "row", "j", "pos", "ii"),
    "w": ("w", "ws", "wt", "wts", "scale_", "coef", "factors"),
}

REDUCE = (
    "if reduction == 'none':\n    return {e}\nif reduction == 'mean':\n    return {e}.mean()\n"
    "if reduction == 'sum':\n    return {e}.sum()\nraise ValueError(reduction)",
    "if reduction == 'mean':\n    return np.mean({e})\nelif reduction == 'sum':\n    return np.sum({e})\n"
    "elif reduction == 'none':\n    return {e}\nelse:\n    raise ValueError('unknown reduction')",
    "if reduction not in ('none', 'mean', 'sum'):\n    raise ValueError(f'bad reduction {{reduction}}')\n"
    "return {e} if reduction == 'none' else getattr(np, reduction)({e})",
    "ways = {{'none': lambda a: a, 'mean': np.mean, 'sum': np.sum}}\nif reduction not in ways:\n"
    "    raise ValueError()\nreturn ways[reduction]({e})",
    "return reduce_({e}, reduction)",
    "return reduced({e}, how=reduction)",
    "try:\n    return TABLE[reduction]({e})\nexcept KeyError:\n    raise ValueError('reduction') from None",
    "match reduction:\n    case 'none':\n        return {e}\n    case 'sum':\n        return {e}.sum()\n"
    "    case 'mean':\n        return {e}.sum() / {e}.size\n    case _:\n        raise ValueError(reduction)",
    "if reduction == 'sum':\n    {e} = {e}.sum()\nelif reduction == 'mean':\n    {e} = {e}.sum() / {e}.size\n"
    "elif reduction != 'none':\n    raise ValueError('none, mean or sum, please')\nreturn {e}",
)
REDUCE_GRAD = (
    "if reduction == 'mean':\n    {g} = {g} / {g}.size\nelif reduction not in ('none', 'sum'):\n"
    "    raise ValueError(reduction)\nreturn {g}",
    "if reduction in ('sum', 'none'):\n    return {g}\nif reduction == 'mean':\n    return {g} / x.size\n"
    "raise ValueError('what?')",
    "scale = {{'none': 1.0, 'sum': 1.0, 'mean': 1.0 / x.size}}\nif reduction not in scale:\n"
    "    raise ValueError(reduction)\nreturn scale[reduction] * {g}",
    "return scaled({g}, reduction)",
    "{n} = {g}.size if reduction == 'mean' else 1\nif not (reduction == 'mean' or reduction == 'sum' or "
    "reduction == 'none'):\n    raise ValueError()\nreturn np.divide({g}, {n})",
    "check(reduction)\nreturn {g} / {g}.size if reduction == 'mean' else {g}",
)
HELPERS = {
    "reduce_": "def reduce_({e}, way):\n    if way == 'none':\n        return {e}\n    if way == 'sum':\n        return np.sum({e})\n"
    "    if way == 'mean':\n        return np.average({e})\n    raise ValueError(way)",
    "reduced": "def reduced({e}, *, how):\n    known = dict(mean=np.ndarray.mean, sum=np.ndarray.sum, none=np.array)\n"
    "    if how in known:\n        return known[how]({e})\n    raise ValueError('reduction is ' + repr(how))",
    "TABLE": "TABLE = {{\n    'none': lambda {e}: {e},\n    'mean': lambda {e}: {e}.mean(),\n    'sum': lambda {e}: {e}.sum(),\n}}",
    "scaled": "def scaled({g}, reduction):\n    if reduction == 'mean':\n        return {g} * (1 / {g}.size)\n"
    "    if reduction == 'sum' or reduction == 'none':\n        return {g}\n    raise ValueError(reduction)",
    "check": "def check(reduction):\n    if reduction not in {{'none', 'sum', 'mean'}}:\n        raise ValueError(reduction)",
}
# Of each function: its signature, and for each part the ways in which people write it.
FUNCTIONS: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "sigmoid": ("x", ((
        "{s} = np.exp(-np.abs(x))\nreturn np.where(x >= 0, 1 / (1 + {s}), {s} / (1 + {s}))",
        "return 0.5 * (1 + np.tanh(x / 2))",
        "{e} = np.empty_like(x)\n{i} = x >= 0\n{e}[{i}] = 1 / (1 + np.exp(-x[{i}]))\n{s} = np.exp(x[~{i}])\n"
        "{e}[~{i}] = {s} / (1 + {s})\nreturn {e}",
        "return np.exp(-np.logaddexp(0, -x))",
        "{d} = np.clip(x, -500, 500)\nreturn 1.0 / (1.0 + np.exp(-{d}))",
    ),)),
    "softmax": ("x", ((
        "{m} = x.max(axis=-1, keepdims=True)\n{s} = np.exp(x - {m})\n",
        "{s} = x - np.max(x, axis=-1, keepdims=True)\n{s} = np.exp({s})\n",
        "{s} = np.exp(x - np.amax(x, -1)[..., None])\n",
        "{m} = np.expand_dims(x.max(-1), -1)\n{s} = np.exp(np.subtract(x, {m}))\n",
    ), (
        "return {s} / {s}.sum(axis=-1, keepdims=True)",
        "{n} = np.sum({s}, axis=-1, keepdims=True)\nreturn {s} / {n}",
        "return np.divide({s}, np.sum({s}, -1)[..., None])",
        "{s} /= {s}.sum(-1, keepdims=True)\nreturn {s}",
    ))),
    "log_softmax": ("x", ((
        "{m} = x.max(axis=-1, keepdims=True)\nreturn x - {m} - np.log(np.exp(x - {m}).sum(axis=-1, keepdims=True))",
        "{d} = x - x.max(-1, keepdims=True)\n{n} = np.log(np.sum(np.exp({d}), axis=-1, keepdims=True))\nreturn {d} - {n}",
        "return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)",
        "{m} = np.max(x, axis=-1)[..., None]\n{s} = np.exp(x - {m})\n{n} = {s}.sum(-1)[..., None]\n"
        "return (x - {m}) - np.log({n})",
    ),)),
    "log_softmax_grad": ("x, upstream", ((
        "return upstream - softmax(x) * upstream.sum(axis=-1, keepdims=True)",
        "{s} = np.exp(log_softmax(x))\n{n} = np.sum(upstream, axis=-1, keepdims=True)\nreturn upstream - {n} * {s}",
        "{s} = softmax(x)\n{g} = np.zeros_like(x)\nfor {i} in range(len(x)):\n"
        "    {g}[{i}] = upstream[{i}] - {s}[{i}] * np.sum(upstream[{i}])\nreturn {g}",
        "{n} = np.einsum('...c->...', upstream)\nreturn upstream - softmax(x) * {n}[..., None]",
    ),)),
    "l1_loss": ("x, y, reduction='mean'", ((
        "{e} = np.abs(x - y)\n", "{d} = x - y\n{e} = np.where({d} < 0, -{d}, {d})\n", "{e} = abs(y - x)\n",
        "{e} = np.maximum(x - y, y - x)\n", "{d} = np.subtract(x, y)\n{e} = np.absolute({d})\n",
        "{d} = x - y\n{e} = {d} * np.sign({d})\n",
    ), REDUCE)),
    "l1_loss_grad": ("x, y, reduction='mean'", ((
        "{g} = np.sign(x - y)\n", "{g} = np.where(x > y, 1.0, np.where(x < y, -1.0, 0.0))\n",
        "{d} = x - y\n{g} = np.zeros_like({d})\n{g}[{d} > 0] = 1\n{g}[{d} < 0] = -1\n",
        "{g} = (x > y).astype(x.dtype) - (x < y).astype(x.dtype)\n",
    ), REDUCE_GRAD)),
    "mse_loss": ("x, y, reduction='mean'", ((
        "{e} = (x - y) ** 2\n", "{d} = x - y\n{e} = {d} * {d}\n", "{e} = np.square(x - y)\n",
        "{d} = np.subtract(y, x)\n{e} = np.power({d}, 2)\n", "{d} = y - x\n{e} = np.multiply({d}, {d})\n",
    ), REDUCE)),
    "mse_loss_grad": ("x, y, reduction='mean'", ((
        "{g} = 2 * (x - y)\n", "{d} = x - y\n{g} = {d} + {d}\n", "{g} = -2.0 * (y - x)\n",
        "{d} = np.subtract(x, y)\n{g} = np.multiply(2, {d})\n",
    ), REDUCE_GRAD)),
    "huber_loss": ("x, y, delta=1.0, reduction='mean'", ((
        "{d} = np.abs(x - y)\n{e} = np.where({d} <= delta, 0.5 * {d} ** 2, delta * ({d} - 0.5 * delta))\n",
        "{d} = x - y\n{m} = np.abs({d}) <= delta\n{e} = np.empty_like({d})\n{e}[{m}] = 0.5 * {d}[{m}] ** 2\n"
        "{e}[~{m}] = delta * (np.abs({d}[~{m}]) - delta / 2)\n",
        "{d} = np.abs(y - x)\n{m} = np.minimum({d}, delta)\n{e} = 0.5 * {m} * {m} + delta * ({d} - {m})\n",
        "{d} = np.absolute(np.subtract(x, y))\n{s} = {d} * {d} / 2\n{w} = delta * {d} - delta * delta / 2\n"
        "{e} = np.select([{d} <= delta], [{s}], default={w})\n",
        "{d} = x - y\n{e} = [0.5 * v * v if abs(v) <= delta else delta * (abs(v) - 0.5 * delta) for v in {d}.ravel()]\n"
        "{e} = np.array({e}, dtype={d}.dtype).reshape({d}.shape)\n",
    ), REDUCE)),
    "huber_loss_grad": ("x, y, delta=1.0, reduction='mean'", ((
        "{g} = np.clip(x - y, -delta, delta)\n",
        "{d} = x - y\n{g} = np.where(np.abs({d}) <= delta, {d}, delta * np.sign({d}))\n",
        "{g} = np.minimum(np.maximum(x - y, -delta), delta)\n",
        "{d} = x - y\n{g} = {d}.copy()\n{g}[{d} > delta] = delta\n{g}[{d} < -delta] = -delta\n",
    ), REDUCE_GRAD)),
    "nll_loss": ("x, target, weight=None, ignore_index=-100, reduction='mean'", ((
        "if weight is None:\n    weight = np.ones(x.shape[1], dtype=x.dtype)\n",
        "{w} = np.ones(x.shape[-1]) if weight is None else weight\nweight = {w}\n",
        "weight = weight if weight is not None else np.full(x.shape[1], 1, x.dtype)\n",
    ), (
        "{i} = target != ignore_index\n{s} = np.where({i}, target, 0)\n{w} = weight[{s}] * {i}\n"
        "{e} = -{w} * x[np.arange(len(x)), {s}]\n",
        "{e} = np.zeros(len(x))\n{w} = np.zeros(len(x))\nfor {i} in range(len(x)):\n"
        "    if target[{i}] != ignore_index:\n        {w}[{i}] = weight[target[{i}]]\n"
        "        {e}[{i}] = -{w}[{i}] * x[{i}, target[{i}]]\n",
        "{m} = (target[:, None] == np.arange(x.shape[1])) & (target != ignore_index)[:, None]\n"
        "{w} = ({m} * weight).sum(1)\n{e} = -(({m} * weight) * x).sum(1)\n",
        "{s} = target.copy()\n{m} = {s} == ignore_index\n{s}[{m}] = 0\n{w} = np.take(weight, {s})\n{w} = np.where({m}, 0, {w})\n"
        "{e} = -np.take_along_axis(x, {s}[:, None], axis=1)[:, 0] * {w}\n",
    ), (
        "if reduction == 'none':\n    return {e}\nif reduction == 'sum':\n    return {e}.sum()\n"
        "if reduction == 'mean':\n    return {e}.sum() / {w}.sum()\nraise ValueError(reduction)",
        "if reduction == 'mean':\n    return np.sum({e}) / np.sum({w})\nelif reduction == 'sum':\n    return np.sum({e})\n"
        "elif reduction != 'none':\n    raise ValueError('no such reduction')\nreturn {e}",
        "{n} = {w}.sum() if reduction == 'mean' else 1\nif reduction not in ['mean', 'sum', 'none']:\n"
        "    raise ValueError(reduction)\nreturn {e} if reduction == 'none' else {e}.sum() / {n}",
    ))),
    "bce_loss": ("p, y, weight=None, reduction='mean'", ((
        "with np.errstate(divide='ignore'):\n    {s} = np.maximum(np.log(p), -100)\n    {d} = np.maximum(np.log(1 - p), -100)\n",
        "{s} = np.log(np.clip(p, 3.7e-44, None))\n{d} = np.log(np.clip(1 - p, 3.7e-44, None))\n",
        "{s} = np.where(p > 0, np.log(np.where(p > 0, p, 1)), -100)\n{d} = np.where(p < 1, np.log1p(-np.where(p < 1, p, 0)), -100)\n",
        "old = np.seterr(all='ignore')\n{s}, {d} = (np.clip(np.log(v), -100, 0) for v in (p, 1 - p))\nnp.seterr(**old)\n",
    ), (
        "{e} = -(y * {s} + (1 - y) * {d})\n", "{e} = -y * {s} - (1 - y) * {d}\n", "{e} = y * ({d} - {s}) - {d}\n",
    ), (
        "if weight is not None:\n    {e} = {e} * weight\n", "{e} = {e} if weight is None else weight * {e}\n",
        "{e} *= 1 if weight is None else weight\n",
    ), REDUCE)),
    "cosine_embedding_loss": ("x1, x2, y, margin=0.0, reduction='mean'", ((
        "{n} = np.linalg.norm(x1, axis=1) * np.linalg.norm(x2, axis=1)\n{s} = (x1 * x2).sum(axis=1) / {n}\n",
        "{s} = np.einsum('nd,nd->n', x1, x2)\n{s} = {s} / np.sqrt((x1 ** 2).sum(1) * (x2 ** 2).sum(1))\n",
        "{d} = np.sum(x1 * x2, -1)\n{m} = np.sqrt(np.sum(x1 * x1, -1)) * np.sqrt(np.sum(x2 * x2, -1))\n{s} = {d} / {m}\n",
        "{s} = np.array([a @ b / (np.sqrt(a @ a) * np.sqrt(b @ b)) for a, b in zip(x1, x2)])\n",
    ), (
        "{e} = np.where(y == 1, 1 - {s}, np.maximum(0, {s} - margin))\n",
        "{e} = 1 - {s}\n{i} = y == -1\n{e}[{i}] = np.clip({s}[{i}] - margin, 0, None)\n",
        "{e} = (y > 0) * (1 - {s}) + (y < 0) * np.maximum({s} - margin, 0)\n",
        "{e} = np.array([1 - c if t == 1 else max(0, c - margin) for c, t in zip({s}, y)])\n",
    ), REDUCE)),
}  # fmt: skip
REMARKS = ("check this", "as in the lecture", "TODO nicer", "broadcasts", "numerically stable", "from the handout",
           "why does this work?", "careful with the axis", "이 부분 다시 보기", "평균은 전체 원소로")  # fmt: skip


@dataclass(frozen=True)
class Author:
    """Who writes: by one seed always the same."""

    name: str
    functions: dict[str, Source]
    helpers: tuple[Source, ...]

    @property
    def source(self) -> Source:
        return "\n\n\n".join(["import numpy as np", *self.helpers, *self.functions.values()]) + "\n"


def author(name: str, seed: int) -> Author:
    """One who solves every function in a way of their own."""
    chance = random.Random(seed)
    spelled = {key: chance.choice(names) for key, names in NAMES.items()}
    while len(set(spelled.values())) < len(spelled):
        spelled = {key: chance.choice(names) for key, names in NAMES.items()}
    # Whoever has found a way to reduce mostly stays with it.
    ways = {id(parts): chance.sample(parts, 2) for parts in (REDUCE, REDUCE_GRAD)}
    functions = {}
    for function, (signature, parts) in FUNCTIONS.items():
        body = "".join(chance.choice(ways.get(id(part), part)) for part in parts).format(**spelled)
        functions[function] = styled(f"def {function}({signature}):\n{indented(body)}", chance)
    written = "\n".join(functions.values())
    needed = [each for helper, each in HELPERS.items() if re.search(rf"\b{helper}\b", written)]
    return Author(name, functions, tuple(styled(each.format(**spelled), chance) for each in needed))


def indented(text: Source) -> Source:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def styled(source: Source, chance: random.Random) -> Source:
    """Docstrings, remarks and blank lines as somebody likes them."""
    lines = source.split("\n")
    if chance.random() < 0.4 and lines[0].endswith(":"):
        lines.insert(1, f'    """{chance.choice(REMARKS)}"""')
    for _time in range(chance.randrange(3)):
        at = chance.randrange(1, len(lines) + 1)
        indent = re.match(r"\s*", lines[min(at, len(lines) - 1)])[0]  # type: ignore[index]
        lines.insert(at, chance.choice(["", f"{indent}# {chance.choice(REMARKS)}"]))
    return "\n".join(lines)


def honest(count: int = 60, seed: int = 1) -> list[Author]:
    return [author(f"honest{number:02}", seed * 10_000 + number) for number in range(count)]


# -- how people copy -------------------------------------------------------------------------------------------------


class _Renamed(ast.NodeTransformer):
    """Every name of the author's own is another one."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node


def renamed(author: Author, chance: random.Random) -> Source:
    """All local names and helpers are called otherwise; everything is laid out anew, remarks are gone."""
    tree = ast.parse(author.source)
    asked = {*FUNCTIONS, "np"}
    parameters = {arg.arg for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in asked
                  for arg in node.args.args}  # fmt: skip
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    own |= {arg.arg for node in ast.walk(tree) if isinstance(node, ast.Lambda) for arg in node.args.args}
    names = {name: f"{chance.choice('abcdefghij')}_{number}" for number, name in enumerate(sorted(own))}
    for name in asked | parameters:
        names.pop(name, None)
    return ast.unparse(_Renamed(names).visit(tree)) + "\n"


def reordered(author: Author, chance: random.Random) -> Source:
    """The functions stand in another order."""
    functions = list(author.functions.values())
    chance.shuffle(functions)
    return "\n\n".join(["import numpy as np", *functions, *author.helpers]) + "\n"


def half(author: Author, chance: random.Random) -> Source:
    """Every other function is one's own."""
    mine = globals()["author"]("own", chance.randrange(10**6, 10**7))
    functions = {
        name: source if at % 2 else mine.functions[name] for at, (name, source) in enumerate(author.functions.items())
    }
    return "\n\n".join(["import numpy as np", *author.helpers, *mine.helpers, *functions.values()]) + "\n"


def notebook(author: Author, chance: random.Random) -> Source:
    """A notebook from the file, a cell for each function."""
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in ["import numpy as np", *author.helpers, *author.functions.values()]
    ]
    text = {"cell_type": "markdown", "metadata": {}, "source": f"# hw1\n{chance.choice(REMARKS)}"}
    return json.dumps({"cells": [text, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def recommented(author: Author, chance: random.Random) -> Source:
    """Other remarks, other docstrings, other line breaks, other quotes, annotations."""
    parts = [ast.unparse(ast.parse(part)).replace("'", '"') for part in (*author.helpers, *author.functions.values())]
    parts = [re.sub(r"\((\w+), (\w+)", r"(\n        \1,\n        \2", part, count=1) for part in parts]
    parts = [
        re.sub(r"\n    (?=\S)", f'\n    """{chance.choice(REMARKS)}, my own words"""\n    ', part, count=1)
        for part in parts
    ]
    return "import numpy as np  # numbers\n" + "\n# -----\n".join(parts) + "\n"


class _Rewritten(ast.NodeTransformer):
    """`for` over a range becomes `while`, if and else change places, a returned value gets a name first."""

    def __init__(self) -> None:
        self.count = 0

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Name):
            name = node.target.id
            code = f"{name} = 0\nwhile {name} < {ast.unparse(node.iter.args[0])}:\n    {name} += 1"
            first, loop = ast.parse(code).body
            assert isinstance(loop, ast.While)
            loop.body = [*node.body, *loop.body]
            return [first, loop]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        self.generic_visit(node)
        return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        if isinstance(node.value, ast.BinOp):
            self.count += 1
            name = f"answer{self.count}"
            return [ast.parse(f"{name} = {ast.unparse(node.value)}").body[0], ast.parse(f"({name})").body[0],
                    ast.Return(ast.Name(name, ast.Load()))]  # fmt: skip
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.Assign:
        return ast.Assign(
            [node.target], ast.BinOp(ast.parse(ast.unparse(node.target)).body[0].value, node.op, node.value)
        )  # type: ignore[attr-defined]


def rewritten(author: Author, chance: random.Random) -> Source:
    """Loops and branches written otherwise, and the names too."""
    tree = ast.fix_missing_locations(_Rewritten().visit(ast.parse(renamed(author, chance))))
    return ast.unparse(tree) + "\n"


COPIES: dict[str, Callable[[Author, random.Random], Source]] = {
    "renamed": renamed,
    "reordered": reordered,
    "half": half,
    "notebook": notebook,
    "recommented": recommented,
    "rewritten": rewritten,
}


def classroom(seed: int = 1, count: int = 60) -> tuple[dict[str, Source], Sequence[tuple[str, str]]]:
    """What each member handed in (54 honest ones and 6 who copied), and who copied from whom."""
    authors = honest(count - len(COPIES), seed)
    chance = random.Random(seed)
    sources = {each.name: each.source for each in authors}
    pairs = []
    for (how, copy), original in zip(COPIES.items(), chance.sample(authors, len(COPIES)), strict=True):
        sources[how] = copy(original, chance)
        pairs.append(tuple(sorted((how, original.name))))
    return sources, pairs  # type: ignore[return-value]
