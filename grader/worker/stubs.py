"""Modules that a notebook imports and judging has no use for: plots, progress bars, widgets, Colab.

Part of the worker's side: the standard library alone. Where such a module is not installed, the submission gets one
that does nothing, so that a plot does not end a cell. Libraries that compute are another matter: importing them does
nothing, and calling them raises ModuleNotFoundError; no answer may come from a pretended one.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import prod
from typing import Any

IDLE = frozenset(
    "google google.colab matplotlib mpl_toolkits seaborn plotly bokeh altair IPython ipywidgets tqdm wandb "
    "tensorboard torchviz torchsummary torchinfo graphviz koreanize_matplotlib".split()
)
ABSENT = frozenset("pandas torchvision torchaudio sklearn scipy cv2 PIL skimage".split())
# What is usually taken apart at once: `fig, ax = plt.subplots()`, `line, = plt.plot(…)`.
_PARTS = {"plot": 1, "hist": 3, "hist2d": 4, "pie": 2, "boxplot": 0}


class _StandIn:
    """Any attribute of it is there, but for those of Python's own; a class may derive from it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._attribute(name)

    def __mro_entries__(self, _bases: object) -> tuple[type, ...]:
        return ()

    def _attribute(self, name: str) -> Any:
        raise NotImplementedError


class Idle(_StandIn):
    """Whatever is done with it, nothing comes of it."""

    def __init__(self, name: str = "", *_arguments: object, **_keywords: object) -> None:
        self.__dict__["_name"] = name

    def _attribute(self, name: str) -> Any:
        return Idle(name)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if len(arguments) == 1 and not keywords and isinstance(arguments[0], types.FunctionType):
            return arguments[0]  # it stands as a decorator: the function is the student's own
        if self._name == "subplots":
            return Idle("figure"), _axes(arguments, keywords)
        count = _PARTS.get(self._name)
        return [Idle(self._name) for _part in range(count)] if count else Idle("result")

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, _item: object) -> bool:
        return False

    def __getitem__(self, _key: object) -> Any:
        return Idle("item")

    def __setitem__(self, _key: object, _value: object) -> None:
        pass

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def __repr__(self) -> str:
        return f"<{self._name}: not here, does nothing>"


class Grid(Idle):
    """The axes of `plt.subplots(rows, columns)`: as many as were asked for."""

    def __init__(self, *shape: int) -> None:
        super().__init__("axes")
        self.__dict__["shape"] = shape

    def __iter__(self) -> Iterator[Any]:
        first, *rest = self.__dict__["shape"]
        return iter([Grid(*rest) if rest else Idle("axes") for _row in range(first)])

    def __len__(self) -> int:
        return int(self.__dict__["shape"][0])

    @property
    def flat(self) -> list[Any]:
        return [Idle("axes") for _cell in range(prod(self.__dict__["shape"]))]

    def ravel(self, *_order: object) -> list[Any]:
        return self.flat

    flatten = ravel


def _axes(arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    sizes = dict(zip(("nrows", "ncols"), arguments, strict=False)) | keywords
    shape = [int(size) for size in (sizes.get("nrows", 1), sizes.get("ncols", 1)) if 1 < int(size) <= 1000]
    return Grid(*shape) if shape else Idle("axes")


class Bar(Idle):
    """`tqdm(loader)` goes through the loader and shows nothing."""

    def __init__(self, iterable: Iterable[Any] = (), *_arguments: object, **_keywords: object) -> None:
        super().__init__("tqdm")
        self.__dict__["iterable"] = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self.__dict__["iterable"])

    def __len__(self) -> int:
        return len(self.__dict__["iterable"])

    @staticmethod
    def write(*_arguments: object, **_keywords: object) -> None:
        """A line beside the bar: shown as little as the bar."""

    def __bool__(self) -> bool:
        return True


def _bars(*arguments: int, **_keywords: object) -> Bar:
    return Bar(range(*arguments))


class Missing(_StandIn):
    """A name of a library that is not there: it may be imported and handed on, not called."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def _attribute(self, name: str) -> Any:
        return Missing(f"{self._name}.{name}")

    def __call__(self, *_arguments: object, **_keywords: object) -> Any:
        library = str(self._name).partition(".")[0]
        raise ModuleNotFoundError(f"No module named {library!r}", name=library)


class _Module(_StandIn, types.ModuleType):
    """A module in which every name is there."""

    def _attribute(self, name: str) -> Any:
        library = self.__name__.partition(".")[0]
        if library in ABSENT:
            return Missing(f"{self.__name__}.{name}")
        if library == "tqdm" and name in ("tqdm", "trange", "tqdm_notebook", "tnrange"):
            return _bars if name in ("trange", "tnrange") else Bar
        return Idle(name)


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds those modules where no other finder does, for the submission alone.

    A library that looks for an optional one while it is imported must not take ours for it.
    """

    def __init__(self, importers: Collection[str]) -> None:
        self.importers = importers

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        library = fullname.partition(".")[0]
        parent = sys.modules.get(fullname.rpartition(".")[0])
        known = library in IDLE | ABSENT if path is None else isinstance(parent, _Module)
        if not known or not self._asked_by_submission():
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__doc__ = "Stands in for a module that is not here."

    def _asked_by_submission(self) -> bool:
        frame = sys._getframe(1)
        while frame.f_back is not None:
            frame = frame.f_back
            name = str(frame.f_globals.get("__name__", ""))
            if name != __name__ and not name.startswith(("importlib", "_frozen_importlib")):
                return name in self.importers
        return False


class Shell(Idle):
    """What `get_ipython()` gives: of all that a notebook's shell does, it writes the files of `%%writefile`."""

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Write a file where the cell is for that, in the working folder, from which a notebook imports."""
        words = line.split()
        if magic != "writefile" or not words:
            return
        with open(words[-1], "a" if "-a" in words else "w", encoding="utf-8") as file:
            file.write(cell)
        importlib.invalidate_caches()


def install(*importers: str) -> None:
    """From now on modules of these names get the stand-ins where nothing else is found, and a notebook's own names.

    A notebook has `display` and `exit` without an import, as an interpreter started by hand has.
    """
    sys.meta_path.append(StubFinder(importers or ("submission", "__main__")))
    own = {"display": Idle("display"), "get_ipython": lambda: Shell("shell"), "exit": sys.exit, "quit": sys.exit}
    for name, value in own.items():
        if not hasattr(builtins, name):
            setattr(builtins, name, value)
