"""Every message that the package tells a user, found in its source: what `src/auditbook/messages.en.yaml` translates.

A message is a Chinese template, ``“{1}”有{2}个字``: the literal parts of an f-string, and a numbered place for each
of its values. It is found by following backwards what is told: what is handed to ``Fault``, to an error, to ``_say`` or as
the ``help`` of an option; through names to what they were assigned, through parameters to every call, through calls to
what they return, through attributes to what objects were made with. So a message that is put together in three functions
is found as its three parts.

    python tools/messages.py           lists what has no English, and what English has lost its message
    python tools/messages.py --write   puts the catalogue in order: new messages with an empty English, lost ones removed
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "auditbook"
CATALOGUE = PACKAGE / "messages.en.yaml"
CHINESE = re.compile("[\u3400-\u9fff，。；：、！？（）“”]")
# What is told to a user: everything that is handed to these.
TOLD = {"Change", "Fault", "_say", "said", "told", "titled", "Stage", "Kind", "Hostile", "Ending", "_lost"}
PRINTED = {"line", "table", "item"}  # of a Printout
# What hands on the text that it is given, as itself or in parts.
HANDED_ON = {"items", "values", "join", "format", "strip", "rstrip", "lstrip", "removesuffix", "removeprefix", "get", "replace", "splitlines", "cite", "cited", "uncited", "Fault"}  # fmt: skip
MOST_METHODS = 10
ATTRIBUTES = {
    "summary",
    "blocking",
    "made",
    "steps",
    "told",
    "notes",
    "written",
    "read_as",
    "why",
    "no_accounts",
}
SIGNS_OF_ORDER = "，。；：、！？（）“”‘’《》\u3000 "
# What these return is told, though no call shows it: methods that several classes have, functions out of a table.
ROOTS: dict[str, set[str] | None] = {
    "batch.py": {"lines"},
    "batch_dask.py": {"_objection", "work"},
    "batch_progress.py": {"_rest", "_ended"},
    "batch_worker.py": {"do", "_lost", "_apart", "_outcome", "_run"},
    "asking.py": {"figures_words", "status_words", "_judged", "_figure"},
    "comparison/causes.py": {"words", "_word"},
    "comparison/compared.py": {"score_words", "value_words", "words", "_key_results"},
    "comparison/differing.py": {"words"},
    "indicators.py": {"words"},
    "report/reliability.py": None,
    "report/tracing.py": None,
    "rows_yield.py": {"text"},
    "scenario_changes.py": {"words", "_or_none", "contradictions"},
    "scoring.py": {"_total_reason"},
    "scoring_rules.py": {"words", "zone_words"},
    "sensitivity.py": {"turned", "_with_subjects"},
    "signing.py": {"words", "text"},
    "side_by_side.py": {
        "findings_words",
        "lines_moved",
        "moved",
        "score_words",
        "_findings_moved",
        "_counted",
    },
    "text_yield.py": {"text"},
    "first_difference.py": {"_rows", "_parts", "_lines", "_line", "_bytes", "_excerpt"},
    "packing.py": {"_of_container"},
    "traced_run.py": {"text", "_listed"},
    "verify.py": {"text", "line"},
}
# Parts of messages that no single literal holds: a place in a table is put together of several.
EXTRA = (
    # what is told of a file that differs (verify.py, packing.py)
    "没有这个文件", "与运行时的指纹不同", "运行时没有这个文件", "重算没有做出这个文件", "与重算的相同，run.json 里的指纹却不是它的",
    "读不通，不是完整的 PDF", "清单里没有这个文件", "不是包里会有的名字", "同名的文件有两个", "读不出来（{1}）", "（包本身）",
    "第{1}个字节与打包时的不同", "包里的程序不是做这次运行的程序", "程序指纹是{1}，运行时是{2}", "没有了", "（空）",
    "Python、依赖或它们的锁定与运行时不同（运行时 Python {1}）", "包里的 {1} 个文件都与清单相符。", "第{1}页{2}",
    "{1} 行‘{2}’",
    "{1} → {2}",  # a change: both sides may be words of ours
    "高{1} 中{2} 低{3}",
    "{1}——定 {2} 分", "{1}——定 {2} 分，连同其他资料定 {3} 分", "{1}——连同其他资料定 {2} 分", "{1}——不计分的指标",
    "{1}；没有登记", "要：{1}的评价要点（审计人员逐点判断）",
    "{1}（原表未载明，按此假定）",
    "每超过{1}个百分点", "每低于{1}个百分点", "每超过{1}个", "每低于{1}个", "  {1}：{2} 分，口径“{3}”；{4}",
    "多出发现“{1}”（{2}项：{3}等）", "多出发现“{1}”（{2}项：{3}）", "不再有发现“{1}”（{2}项：{3}等）", "不再有发现“{1}”（{2}项：{3}）",
    "动：多出的发现：{1}", "动：消失的发现：{1}", "动：严重程度变了的发现：{1}",
)  # fmt: skip
# Tables whose values are told, and whose keys are.
TABLES = {
    "asking.py": {"ABSENT", "HERE", "_HOLDER"},
    "comparison/causes.py": {"KINDS", "_WORDS", "_FIELDS"},
    "comparison/compared.py": {"_COUNTED"},
    "report/tracing.py": {"_ELEMENTS", "_CLASSES", "_COLUMN_HEAD"},
    "claims.py": {"VERDICTS"},
}
KEYS = {"report/tracing.py": "_PATTERNS"}
Function = ast.FunctionDef | ast.Lambda


@dataclass
class Scope:
    """A module or function: its parameters, and what its names were assigned."""

    file: str
    node: ast.AST
    around: Scope | None
    of: str = ""  # the class whose method it is
    assigned: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))

    @property
    def parameters(self) -> list[ast.arg]:
        """The parameters of a function, in their order; none of a module."""
        if not isinstance(self.node, Function):
            return []
        given = self.node.args
        return [*given.posonlyargs, *given.args, *given.kwonlyargs]

    def owner(self, name: str) -> Scope | None:
        """The scope that a name belongs to, this one or one around it."""
        scope: Scope | None = self
        while scope and name not in scope.assigned and name not in {arg.arg for arg in scope.parameters}:
            scope = scope.around
        return scope


@dataclass
class Source:
    """A package, by the names of what is in it."""

    functions: dict[str, list[Scope]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    calls: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, list[str]] = field(default_factory=dict)
    modules: dict[str, Scope] = field(default_factory=dict)
    told: list[tuple[ast.expr, Scope]] = field(default_factory=list)


class _Reader(ast.NodeVisitor):
    """Notes functions, calls and assignments of one module."""

    def __init__(self, source: Source, file: str, tree: ast.Module) -> None:
        self.source = source
        self.scope = Scope(file, tree, None)
        self.of = ""
        source.modules[file] = self.scope

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = (node.module or "").removeprefix("auditbook").removeprefix(".")
            self.source.imports[self.scope.file][alias.asname or alias.name] = name.replace(".", "/")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = self.scope
        self.scope = Scope(outer.file, node, outer, self.of)
        self.source.functions[node.name].append(self.scope)
        if any(
            "app." in ast.unparse(made) for made in node.decorator_list
        ):  # a command: its docstring is its help
            self.source.told.append((node.body[0].value, outer))
        of, self.of = self.of, ""
        self.generic_visit(node)
        self.scope, self.of = outer, of

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        own = [
            at.target.id
            for at in node.body
            if isinstance(at, ast.AnnAssign) and isinstance(at.target, ast.Name)
        ]
        inherited = [
            name for base in node.bases for name in self.source.classes.get(getattr(base, "id", ""), [])
        ]
        self.source.classes[node.name] = inherited + own
        of, self.of = self.of, node.name
        self.generic_visit(node)
        self.of = of

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Name(id=name):
                self.scope.assigned[name].append(value)
            case ast.Attribute(attr=name):
                self.source.modules.setdefault(".", Scope("", ast.Module([], []), None)).assigned[
                    name
                ].append(value)
                self.scope.assigned[f".{name}"].append(value)
            case ast.Tuple(elts=targets):
                parts = (
                    value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(targets) else None
                )
                for index, one in enumerate(targets):
                    self._assign(one, parts[index] if parts else value)
            case ast.Subscript(value=ast.Name(id=name)) | ast.Starred(value=ast.Name(id=name)):
                self.scope.assigned[name].append(value)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assign(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._assign(node.target, node.value)
        self.generic_visit(node)

    visit_AugAssign = visit_AnnAssign
    visit_NamedExpr = visit_AnnAssign

    def visit_For(self, node: ast.For) -> None:
        self._assign(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._assign(node.target, node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        self.source.calls[name].append((node, self.scope))
        if name in TOLD or name.endswith("Error"):
            self.source.told += [(value, self.scope) for value in given(node)]
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "typer":
            self.source.told += [(word.value, self.scope) for word in node.keywords if word.arg == "help"]
        if name in PRINTED and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "out":
            self.source.told += [(value, self.scope) for value in given(node)]
        if name in {"append", "extend", "add"} and isinstance(node.func, ast.Attribute):
            self._assign(node.func.value, node.args[0]) if node.args else None
        self.generic_visit(node)


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def given(node: ast.Call) -> list[ast.expr]:
    """Every argument of a call."""
    return [*node.args, *(word.value for word in node.keywords)]


def template(node: ast.expr) -> str:
    """The text of a literal, its values as numbered places; other braces as they are."""
    if isinstance(node, ast.Constant):
        # a text for str.format
        places = iter(range(1, 100))
        return re.sub(r"\{\}", lambda _: f"{{{next(places)}}}", str(node.value))
    assert isinstance(node, ast.JoinedStr)
    parts, place = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            place += 1
            parts.append(f"{{{place}}}")
    return "".join(parts)


def _is_message(text: str) -> bool:
    """Whether a text has Chinese words or signs to tell: no markup, no pattern, more than a comma."""
    return bool(CHINESE.search(text) and text.strip(SIGNS_OF_ORDER)) and not re.search(
        r"<|\\|\(\?|^a reference to", text
    )


def read(package: Path = PACKAGE) -> Source:
    """Read every module of the package."""
    source = Source()
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _Reader(source, path.relative_to(package).as_posix(), tree).visit(tree)
    return source


class _Follower:
    """Follows what is told back to its literals."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: dict[str, str] = {}
        self.seen: set[tuple[object, ...]] = set()
        self.waiting: list[tuple[ast.expr, Scope]] = []

    def all(self) -> dict[str, str]:
        """Every message: what is told, what the tables above hold."""
        for functions in self.source.functions.values():
            for function in functions:
                wanted = ROOTS.get(function.file, set())
                if wanted is None or function.node.name in wanted:
                    for value in _returns(function.node):
                        self.follow(value, function)
        for file, names in TABLES.items():
            for name in sorted(names):
                self.name(name, self.source.modules[file])
        for file, table in KEYS.items():
            for value in self.source.modules[file].assigned[table]:
                for key in value.keys if isinstance(value, ast.Dict) else []:
                    self.follow(key, self.source.modules[file])
        return self.follow_told()

    def follow_told(self) -> dict[str, str]:
        """Follow everything that is told to its end."""
        for node, scope in self.source.told:
            self.follow(node, scope)
        while self.waiting:
            self._look(*self.waiting.pop(0))
        return self.found

    def follow(self, node: ast.expr | None, scope: Scope) -> None:
        if node is None or (id(node), id(scope)) in self.seen:
            return
        self.seen.add((id(node), id(scope)))
        self.waiting.append((node, scope))

    def _look(self, node: ast.expr, scope: Scope) -> None:
        match node:
            case ast.JoinedStr():
                text = template(node)
                if _is_message(text):
                    self.found.setdefault(text, scope.file)
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        self.follow(part.value, scope)
            case ast.Constant(value=str() as text):
                if _is_message(text):
                    self.found.setdefault(template(node), scope.file)
            case ast.Name(id=name):
                self.name(name, scope)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (
                module in self.source.imports[scope.file]
            ):
                self.constant(f"{self.source.imports[scope.file][module]}/{module}.py".lstrip("/"), name)
            case ast.Attribute(attr=name):
                self.attribute(name, scope)
            case ast.Call():
                self.call(node, scope)
            case ast.Compare():
                pass
            case ast.IfExp(body=one, orelse=other):
                self.follow(one, scope)
                self.follow(other, scope)
            case ast.Subscript(value=value):
                self.follow(value, scope)
            case ast.Dict(values=values):
                for value in values:
                    self.follow(value, scope)
            case ast.GeneratorExp(elt=value) | ast.ListComp(elt=value) | ast.DictComp(value=value):
                self.follow(value, scope)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.follow(child, scope)

    def name(self, name: str, scope: Scope) -> None:
        owner = scope.owner(name)
        if owner is None:
            module = self.source.modules.get(self.source.imports[scope.file].get(name, "?") + ".py")
            if module is not None and module.assigned.get(name):
                self.name(name, module)
            return
        for value in owner.assigned.get(name, []):
            self.follow(value, owner)
        if name in {arg.arg for arg in owner.parameters} and isinstance(owner.node, ast.FunctionDef):
            self.parameter(owner, name)

    def constant(self, file: str, name: str) -> None:
        """A name of another module."""
        if file in self.source.modules:
            self.name(name, self.source.modules[file])

    def parameter(self, owner: Scope, name: str) -> None:
        """What a parameter is given in every call."""
        if (id(owner), name) in self.seen:
            return
        self.seen.add((id(owner), name))
        names = [arg.arg for arg in owner.parameters]
        own = owner.node.args
        for default in (*own.defaults, *own.kw_defaults):  # of any parameter: they are few
            self.follow(default, owner)
        for call, scope in self.source.calls[owner.node.name]:
            if owner not in self.functions(call, scope):
                continue
            index = names.index(name) - (bool(names) and names[0] in {"self", "cls"})
            if 0 <= index < len(call.args):
                self.follow(call.args[index], scope)
            for word in call.keywords:
                if word.arg == name:
                    self.follow(word.value, scope)

    def functions(self, node: ast.Call, scope: Scope) -> list[Scope]:
        """The functions that a call may mean."""
        known = self.source.functions.get(called(node), [])
        imports = self.source.imports[scope.file]
        match node.func:
            case ast.Name(id=name):
                file = imports.get(name, scope.file.removesuffix(".py")) + ".py"
                return [one for one in known if one.file == file]
            case ast.Attribute(value=ast.Name(id=module)) if module in imports:
                folder = imports[module]
                return [one for one in known if one.file == f"{folder}/{module}.py".lstrip("/")]
            case ast.Attribute(value=ast.Name(id="self")) if own := [
                one for one in known if one.of and one.file == scope.file
            ]:
                return own
            case _:
                methods = [one for one in known if one.of]
                return methods if len(methods) <= MOST_METHODS else []

    def attribute(self, name: str, scope: Scope) -> None:
        """What objects with such an attribute were made with."""
        if name not in ATTRIBUTES or ("attribute", name) in self.seen:
            return
        self.seen.add(("attribute", name))
        for made, fields in self.source.classes.items():
            if name not in fields:
                continue
            for call, at in self.source.calls[made]:
                index = fields.index(name)
                if index < len(call.args):
                    self.follow(call.args[index], at)
                for word in call.keywords:
                    if word.arg == name:
                        self.follow(word.value, at)

    def call(self, node: ast.Call, scope: Scope) -> None:
        name = called(node)
        if name in HANDED_ON:
            for value in given(node) if name != "get" else given(node)[1:]:
                self.follow(value, scope)
            if isinstance(node.func, ast.Attribute):
                self.follow(node.func.value, scope)
            return
        if name in {
            "list",
            "sorted",
            "dict",
            "tuple",
            "str",
            "next",
            "map",
            "zip",
            "enumerate",
            "reversed",
            "set",
        }:
            for value in given(node):
                self.follow(value, scope)
            return
        for function in self.functions(node, scope):
            for value in _returns(function.node):
                self.follow(value, function)


def _returns(node: ast.AST) -> Iterator[ast.expr]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return | ast.Yield | ast.YieldFrom) and child.value is not None:
            yield child.value
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from _returns(child)


def messages(source: Source) -> dict[str, str]:
    """Every message: the template, and the file in which it stands first."""
    found = _Follower(source).all()
    import yaml

    for text in EXTRA:
        found.setdefault(text, "tools/messages.py")
    rules = yaml.safe_load((ROOT / "params" / "report.yaml").read_text(encoding="utf-8"))
    for condition in rules["reliability"]:
        found.setdefault(condition["words"], "params/report.yaml")
    return found


def catalogue() -> dict[str, str]:
    """The catalogue as it stands."""
    import yaml

    return yaml.load(CATALOGUE.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader) or {}


def written(found: dict[str, str], known: dict[str, str]) -> str:
    """The catalogue in order of the source: what is known, and an empty English for what is new."""
    lines = [
        "# What the package tells, in English: template → English. `=` keeps a word as it is (a unit, a name that files use).",
        "# Made by tools/messages.py out of the source; the English is written here, by hand.",
    ]
    file = ""
    for text, own in sorted(found.items(), key=lambda item: item[1]):
        if own != file:
            lines += ["", f"# {own}"]
            file = own
        lines.append(
            f"{json.dumps(text, ensure_ascii=False)}: {json.dumps(known.get(text, ''), ensure_ascii=False)}"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Compare the source with the catalogue."""
    found, known = messages(read()), catalogue()
    if "--write" in sys.argv:
        CATALOGUE.write_text(written(found, known), encoding="utf-8")
        known = catalogue()
    missing = [text for text in found if not known.get(text)]
    stale = [text for text in known if text not in found]
    for text in missing:
        print(f"no English: {found[text]}: {text!r}")
    for text in stale:
        print(f"no longer told: {text!r}")
    return 1 if missing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
