"""What a piece of code does to what names stand for: it stores into them, calls their methods, hands them on.

Part of the worker's side: the standard library alone, no recursion. It reads; it runs nothing. What it can't tell is a
deed to one of the names in angle brackets, which no program can have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

ANYTHING = "<anything>"  # `exec(text)` may make any name
NAMESPACE = "<namespace>"  # `globals()[name] = …` does
LOOKUP = "<lookup>"  # what `globals()[name]` or `eval(text)` needs may be any name
DATA_FILES = "<files>"  # what some statements write and others read

# Methods that leave their object as it is; of all others that may be doubted.
PURE = frozenset(
    "sum mean std var min max argmin argmax prod dot astype copy clone item tolist numpy detach cpu reshape ravel "
    "flatten transpose squeeze unsqueeze view any all round clip cumsum cumprod conj nonzero repeat take trace "
    "diagonal argsort searchsorted matmul items keys values get index count split join strip lower upper title format "
    "startswith endswith replace encode decode size dim numel exp log sqrt abs pow float double long int bool tobytes "
    "normal uniform random integers choice permutation standard_normal rand randn randint exists is_file "
    "zfill splitlines union intersection difference issubset bit_length as_integer_ratio hexdigest".split()
)
_MUTATORS = frozenset(
    "append extend insert add update pop popitem remove discard clear setdefault sort reverse fill put resize "
    "__setitem__ __setattr__ __delitem__ appendleft extendleft rotate".split()
)
_VIEWS = frozenset(
    "asarray asanyarray ascontiguousarray atleast_1d atleast_2d reshape ravel transpose squeeze view get items values "
    "setdefault as_tensor from_numpy detach numpy flat".split()
)
_CHANGING_BUILTINS = frozenset(("setattr", "delattr", "next"))
_IN_PLACE = frozenset(
    "shuffle copyto fill_diagonal put place putmask put_along_axis heappush heappop heapify insort insort_left "
    "insort_right".split()
)
_SETTING = re.compile(
    r"(?:^|_)(?:set|seed|manual|default|enable|disable|use|filter|simplefilter|regist|config|reset|append|insert|update"
    r"|extend|inject|patch)"
)
_CHECKING = re.compile(r"testing|assert|check|(?:^|\.)(?:show|print|display|sleep|info)")
_READERS = frozenset(
    "open load loadtxt genfromtxt fromfile memmap read_csv read_json read_table read_pickle read_text read_bytes "
    "import_module run_path exec_module imread listdir glob".split()
)
_WRITERS = frozenset(
    "open dump save savez savez_compressed savetxt tofile to_csv to_json to_pickle write_text write_bytes mkdir "
    "makedirs chdir copy copyfile move rename urlretrieve extractall run_cell_magic".split()
)


@dataclass(frozen=True)
class Deed:
    """One thing that is done to what `name` stands for.

    how  stored   an attribute or item of it is set or deleted, or surely changed in another way
         bound    the name itself is set, by way of a namespace
         asked    its method `by` is called for what it answers
         told     its method `by` is called, and the answer thrown away
         given    it is handed to `by`, for what that answers
         handed   it is handed to `by`, and the answer thrown away
         needed   it is looked up by way of a namespace
    called   it is called itself
    """

    name: str
    how: str
    by: str = ""


def deeds_of(node: ast.AST) -> Iterator[Deed]:
    """What this node itself does, without those in it."""
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        yield from _access(node)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield Deed(node.target.id, "stored")
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (Deed(_module(f"{module.partition('.')[0]}.py"), "needed") for module in modules)
    elif isinstance(node, ast.Call):
        yield from _call(node, thrown=False)
    elif isinstance(node, ast.Expr):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            yield from _call(value, thrown=True)


def code_in(node: ast.AST) -> list[ast.stmt]:
    """The statements of a text that `exec` or `eval` is handed as it stands; none where it is put together."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval")):
        return []
    return parsed_text(node.args[0]) if node.args else []


def parsed_text(node: ast.AST) -> list[ast.stmt]:
    """The statements of a text that stands in the code; none where it is no Python."""
    text = _constant(node)
    if not text:
        return []
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def written_file(node: ast.AST) -> tuple[str, ast.expr] | None:
    """The module that a cell `%%writefile module.py` writes, and its text."""
    call = node.value if isinstance(node, ast.Expr) else node
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 3):
        return None
    if call.func.attr != "run_cell_magic" or _constant(call.args[0]) != "writefile":
        return None
    file = _constant(call.args[1]).split()[-1:]
    return (file[0].rpartition("/")[2].removesuffix(".py"), call.args[2]) if file else None


def root(node: ast.AST) -> ast.AST:
    """What a chain such as `a.b(1)[2].c` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def shared_with(value: ast.AST) -> Iterator[tuple[str, bool]]:
    """The names whose objects this value may be or hold; and whether only because they are handed to a call."""
    waiting = [(value, False)]
    while waiting:
        node, handed = waiting.pop()
        if isinstance(node, ast.Name):
            yield node.id, handed
        elif is_namespace(node):
            yield NAMESPACE, False
        elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Await, ast.NamedExpr)):
            waiting.append((node.value, handed))
        elif isinstance(node, ast.IfExp):
            waiting += [(node.body, handed), (node.orelse, handed)]
        elif isinstance(node, ast.BoolOp):
            waiting += [(part, handed) for part in node.values]
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            waiting += [(part, handed) for part in node.elts]
        elif isinstance(node, ast.Dict):
            waiting += [(part, handed) for part in node.values]
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and (called.attr not in PURE or called.attr in _VIEWS):
                waiting.append((called.value, True))
            if isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and called.attr in _VIEWS):
                waiting += [(part, True) for part in _arguments(node)]


def is_namespace(node: ast.AST) -> bool:
    """`globals()`, `vars()`, `sys.modules[__name__].__dict__` and the like."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return _is_module(node.value)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    if node.func.id == "vars" and node.args:
        return _is_module(node.args[0])
    return node.func.id in ("globals", "locals", "vars") and not node.args


def changes(deed: Deed, kind: str, changes_arguments: bool, is_own: bool) -> bool:
    """Whether a deed may change the object.

    `kind` is what the name stands for («module», «function», «class», «value»); the others tell of what was called:
    whether it is the submission's own, and whether it does something to what it is given.
    """
    last = deed.by.rpartition(".")[2]
    if deed.how in ("stored", "bound"):
        return True
    if deed.how == "called":
        return False
    if deed.how == "asked":
        return kind == "value" and last not in PURE
    if deed.how == "told":
        return bool(_SETTING.search(last)) if kind == "module" else last not in PURE and not _CHECKING.search(last)
    if kind not in ("value", "class"):
        return False
    if is_own:
        return changes_arguments
    if last in _IN_PLACE or (last.endswith("_") and not last.startswith("_")):
        return True
    return deed.how == "handed" and "." in deed.by and kind == "value" and not _CHECKING.search(deed.by)


def _access(node: ast.Attribute | ast.Subscript) -> Iterator[Deed]:
    """A store into an object, or a look into a namespace."""
    key = node.attr if isinstance(node, ast.Attribute) else _constant(node.slice)
    inside = _is_module(node.value) if isinstance(node, ast.Attribute) else is_namespace(node.value)
    if isinstance(node.ctx, ast.Load):
        if inside and isinstance(node, ast.Subscript):
            yield Deed(key or LOOKUP, "needed")
        return
    if inside:
        yield Deed(key or NAMESPACE, "bound")
    start = root(node)
    if isinstance(start, ast.Name) and not (inside and isinstance(node, ast.Subscript)):
        yield Deed(start.id, "stored")


def _call(node: ast.Call, *, thrown: bool) -> Iterator[Deed]:
    path = _path(node.func)
    last = path.rpartition(".")[2]
    arguments = list(_arguments(node))
    if last in _READERS:
        yield Deed(DATA_FILES, "needed")
    if last in _WRITERS and not (last == "open" and not _opens_to_write(node)):
        yield Deed(DATA_FILES, "stored")
        texts = [_constant(part) for part in (*arguments, *_first_arguments(node.func))]
        yield from (Deed(_module(text), "stored") for text in texts if text.endswith(".py"))
    if isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval"):
        if not code_in(node):
            yield Deed(LOOKUP, "needed")
            yield from [Deed(ANYTHING, "bound")] if node.func.id == "exec" else ()
    elif last in ("run_line_magic", "run_path"):
        yield Deed(ANYTHING, "bound")
    elif isinstance(node.func, ast.Attribute) and is_namespace(node.func.value):
        yield from _on_namespace(node, node.func.attr)
    elif isinstance(node.func, ast.Attribute):
        start = root(node.func)
        if isinstance(start, ast.Name):
            yield Deed(start.id, "told" if thrown else "asked", path)
    elif isinstance(node.func, ast.Name) and path not in ("setattr", "delattr"):
        yield Deed(path, "called")
    elif arguments and path in ("setattr", "delattr") and _is_module(arguments[0]):
        yield Deed((_constant(arguments[1]) if len(arguments) > 1 else "") or NAMESPACE, "bound")
    for at, argument in enumerate(arguments):
        start = root(argument)
        if not isinstance(start, ast.Name):
            continue
        method = isinstance(argument, ast.Attribute) and argument.attr in _MUTATORS
        if method or (at == 0 and path in _CHANGING_BUILTINS) or any(keyword.arg == "out" for keyword in node.keywords):
            yield Deed(start.id, "stored")
        else:
            yield Deed(start.id, "handed" if thrown else "given", path)


def _on_namespace(node: ast.Call, method: str) -> Iterator[Deed]:
    """`globals().update(eps=1)`, `globals().get("eps")`."""
    if method in ("get", "__getitem__"):
        yield Deed((_constant(node.args[0]) if node.args else "") or LOOKUP, "needed")
        return
    if method in ("items", "values", "copy"):
        yield Deed(LOOKUP, "needed")
        return
    names = [keyword.arg for keyword in node.keywords]
    for argument in node.args:
        keys = argument.keys if isinstance(argument, ast.Dict) else [argument] if method != "update" else [None]
        names += [_constant(key) if key is not None else None for key in keys]
    yield from (Deed(name or NAMESPACE, "bound") for name in names)


def _is_module(node: ast.AST) -> bool:
    """Whether this is the submission's own module, or the builtins, as code has them in hand."""
    if isinstance(node, ast.Name):
        return node.id in ("__main__", "builtins", "__builtins__")
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "modules"
    return isinstance(node, ast.Call) and _path(node.func).rpartition(".")[2] in ("import_module", "__import__")


def _opens_to_write(node: ast.Call) -> bool:
    modes = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    return any(set(_constant(mode) or "w") & set("wax+") for mode in modes)


def _arguments(node: ast.Call) -> Iterator[ast.expr]:
    yield from (argument.value if isinstance(argument, ast.Starred) else argument for argument in node.args)
    yield from (keyword.value for keyword in node.keywords)


def _first_arguments(node: ast.AST) -> list[ast.expr]:
    """Of `Path("a.py").write_text`, the text."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.args[:1] if isinstance(node, ast.Call) else []


def _module(file: str) -> str:
    """The name in angle brackets that stands for a module that the submission itself writes."""
    return f"<{file.rsplit(maxsplit=1)[-1].rpartition('/')[2]}>"


def _path(node: ast.AST) -> str:
    """`np.random.seed` of a chain of attributes; what comes before a call or an item in it is left out."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(parts)]).lstrip()


def _constant(node: ast.AST) -> str:
    """The text that stands here; empty where none does."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
