"""Formulas: one line of arithmetic over figure ids, from which everything else about an indicator follows.

``(budget_added + budget_cut) / budget_initial`` gives the exact value, its true range over the ranges of the
figures, the sentence in Chinese, the sum with its numbers in it, and the figures it rests on. The arithmetic is
``+ - * /``, parentheses, ``abs``, ``min``, ``max`` and plain numbers; nothing else is read.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from auditbook.numbers import Interval, parse, plain

# Beyond this many ranges a corner search would take too long; the enclosing range is given instead.
MOST_CORNERS = 2**14
MOST_CHARACTERS = 2000
_FUNCTIONS = {"abs": 1, "min": 2, "max": 2}
_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_PRINTED = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


class ZeroBase(ArithmeticError):
    """A divisor is zero: the indicator is undefined (零基数), neither 0 nor infinite."""


@dataclass(frozen=True)
class Number:
    """A plain number written in the formula."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """A figure id."""

    figure: str


@dataclass(frozen=True)
class Operation:
    """Two operands and one of ``+ - * /``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call:
    """``abs(x)``, ``min(x, y, …)``, ``max(x, y, …)``."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Operation | Call


@dataclass(frozen=True)
class Range:
    """The values a formula can take. ``exact`` is False where only an enclosing range could be given."""

    interval: Interval
    exact: bool


@dataclass(frozen=True)
class Formula:
    """A formula that has been read: its text, its tree and the figure ids it rests on, in order of appearance."""

    text: str
    root: Node
    figures: tuple[str, ...]

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        """The exact value. Raises ZeroBase where a divisor is zero, KeyError where a figure has no value."""
        return _value(self.root, values)

    def parts(self) -> tuple[Formula, Formula] | None:
        """Numerator and denominator, where the formula is a ratio; otherwise None."""
        if isinstance(self.root, Operation) and self.root.sign == "/":
            return _formula(self.root.left), _formula(self.root.right)
        return None

    def sentence(self, names: Mapping[str, str]) -> str:
        """The formula in words: ``(调增预算 + 调减预算) ÷ 年初预算``."""
        return _print(self.root, lambda figure: names[figure])

    def with_numbers(self, texts: Mapping[str, str]) -> str:
        """The formula with its numbers put in: ``(20,083.45 + 10.00) ÷ 18,780.61``."""
        return _print(self.root, lambda figure: texts[figure])

    def in_cells(self, cells: Mapping[str, str]) -> str:
        """The formula as a spreadsheet reads it, without ``=``: ``(fig_a+fig_b)/fig_c``.

        Takes    cells: for each figure the name of the cell that holds its value in base units.
        """
        return _in_cells(self.root, cells)

    def divisors(self) -> tuple[Formula, ...]:
        """Everything that the formula divides by, the innermost first: none of it may be zero."""
        return tuple(_formula(node) for node in reversed(_denominators(self.root)))

    @property
    def extremes_at_corners(self) -> bool:
        """Whether its least and greatest value over ranges of its figures lie where each is at an end of its range.

        So it is without abs, min and max, where every figure occurs once, or to the first degree only above and
        below the line, and no divisor may be zero.
        """
        if _calls(self.root):
            return False
        return max(_occurrences(self.root).values(), default=1) == 1 or _first_degree(self.root)

    def range(self, terms: Mapping[str, Mapping[str, Interval]]) -> Range | None:
        """The range of the formula when each figure may be anywhere within its own range.

        Takes    terms: for each figure the published figures that add up to it, each with its range (in base
                 units). A published figure that occurs in several places counts once.
        Returns  the range, or None where a divisor may be zero. It is the true range (``exact``) where every
                 published figure occurs once, or to the first degree only above and below the line; otherwise
                 it encloses the true range.
        """
        uses: Counter[str] = Counter()
        for figure in self.figures:
            uses.update(terms[figure].keys())
        boxes: dict[str, Interval] = {}
        trees: dict[str, Node] = {}
        for figure in self.figures:
            own = [box for key, box in terms[figure].items() if uses[key] == 1]
            shared = [key for key in terms[figure] if uses[key] > 1]
            boxes[f"={figure}"] = Interval(
                sum((box.low for box in own), Fraction(0)), sum((box.high for box in own), Fraction(0))
            )
            tree: Node = Name(f"={figure}")
            for key in shared:
                boxes[key] = terms[figure][key]
                tree = Operation("+", tree, Name(key))
            trees[figure] = tree
        root = _substitute(self.root, trees)
        return _range(root, boxes)


@lru_cache(maxsize=1024)
def read(text: str) -> Formula:
    """Read a formula.

    Takes    text: one line of arithmetic over figure ids.
    Returns  the formula with its dependency list.
    Raises   ValueError naming the part that is not arithmetic.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"公式长于{MOST_CHARACTERS}个字符")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _formula(_read(tree.body, text.strip()), text.strip())
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"公式“{text}”读不懂：{type(error).__name__}") from error


def _formula(root: Node, text: str = "") -> Formula:
    found: dict[str, None] = {}

    def walk(node: Node) -> None:
        match node:
            case Name(figure):
                found.setdefault(figure)
            case Operation(_, left, right):
                walk(left)
                walk(right)
            case Call(_, arguments):
                for argument in arguments:
                    walk(argument)
            case _:
                pass

    walk(root)
    return Formula(text or _print(root, str), root, tuple(found))


def _read(node: ast.expr, text: str) -> Node:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return Operation(_SIGNS[type(op)], _read(left, text), _read(right, text))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Operation("-", Number(Fraction(0)), _read(operand, text))
        case ast.Name(id=name):
            return Name(name)
        case ast.Constant():
            written = ast.get_source_segment(text, node) or ""
            try:
                return Number(parse(written))
            except ValueError:
                raise ValueError(f"公式“{text}”里的“{written}”不是普通的数") from None
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in _FUNCTIONS:
            least = _FUNCTIONS[function]
            if len(arguments) < least or (function == "abs" and len(arguments) != 1):
                raise ValueError(f"公式“{text}”里的{function}应有{'1' if least == 1 else '至少2'}个参数")
            return Call(function, tuple(_read(argument, text) for argument in arguments))
        case _:
            part = ast.get_source_segment(text, node) or text
            raise ValueError(f"公式“{text}”里的“{part}”不是四则运算；只用 + - * / 括号、abs、min、max")


def _divide(above: Fraction, below: Fraction) -> Fraction:
    if below == 0:
        raise ZeroBase
    return above / below


_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
}


def _value(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case Number(value):
            return value
        case Name(figure):
            return values[figure]
        case Operation(sign, left, right):
            return _ARITHMETIC[sign](_value(left, values), _value(right, values))
        case Call("abs", (argument,)):
            return abs(_value(argument, values))
        case Call(function, arguments):
            results = [_value(argument, values) for argument in arguments]
            return min(results) if function == "min" else max(results)


def _print(node: Node, show: Callable[[str], str]) -> str:
    match node:
        case Number(value):
            return plain(value)
        case Name(figure):
            return show(figure)
        case Operation("-", Number(value), right) if value == 0:
            return f"−{_bracket(right, show, 3)}"
        case Operation(sign, left, right):
            strength = _STRENGTH[sign]
            # a − (b + c) and a ÷ (b × c) need their brackets although the signs are equally strong
            stronger = strength + (1 if sign in "-/" else 0)
            second = _bracket(right, show, stronger)
            # a number below zero: 100 − (-5)
            second = f"({second})" if second.startswith("-") else second
            return f"{_bracket(left, show, strength)}{_PRINTED[sign]}{second}"
        case Call("abs", (argument,)):
            return f"|{_print(argument, show)}|"
        case Call(function, arguments):
            name = "较小者" if function == "min" else "较大者"
            return f"{name}({'，'.join(_print(argument, show) for argument in arguments)})"


def _in_cells(node: Node, cells: Mapping[str, str]) -> str:
    match node:
        case Number(value):
            return plain(value)
        case Name(figure):
            return cells[figure]
        case Operation(sign, left, right):
            return f"{_operand(left, cells, sign, 0)}{sign}{_operand(right, cells, sign, sign in '-/')}"
        case Call(function, arguments):
            return f"{function.upper()}({','.join(_in_cells(argument, cells) for argument in arguments)})"


def _operand(node: Node, cells: Mapping[str, str], sign: str, stronger: int) -> str:
    text = _in_cells(node, cells)
    weaker = isinstance(node, Operation) and _STRENGTH[node.sign] < _STRENGTH[sign] + stronger
    return f"({text})" if weaker or text.startswith("-") else text


def _calls(node: Node) -> bool:
    match node:
        case Operation(_, left, right):
            return _calls(left) or _calls(right)
        case Call():
            return True
        case _:
            return False


def _bracket(node: Node, show: Callable[[str], str], strength: int) -> str:
    text = _print(node, show)
    weaker = isinstance(node, Operation) and _STRENGTH[node.sign] < strength
    return f"({text})" if weaker else text


def _substitute(node: Node, trees: Mapping[str, Node]) -> Node:
    match node:
        case Name(figure):
            return trees[figure]
        case Operation(sign, left, right):
            return Operation(sign, _substitute(left, trees), _substitute(right, trees))
        case Call(function, arguments):
            return Call(function, tuple(_substitute(argument, trees) for argument in arguments))
        case _:
            return node


def _range(root: Node, boxes: Mapping[str, Interval]) -> Range | None:
    enclosing = _enclose(root, boxes)
    if enclosing is not None and max(_occurrences(root).values(), default=1) == 1:
        return Range(enclosing, exact=True)
    wide = [name for name, box in boxes.items() if not box.is_point]
    settled = _settle(root, boxes)
    if settled is not None and 2 ** len(wide) <= MOST_CORNERS and _first_degree(settled):
        below = _denominators(settled)
        if any(_touches_zero(node, boxes) for node in below):
            return None
        points = {name: box.low for name, box in boxes.items()}
        found = []
        for corner in itertools.product(*((boxes[name].low, boxes[name].high) for name in wide)):
            points.update(zip(wide, corner, strict=True))
            found.append(_value(settled, points))
        return Range(Interval(min(found), max(found)), exact=True)
    return None if enclosing is None else Range(enclosing, exact=False)


def _touches_zero(node: Node, boxes: Mapping[str, Interval]) -> bool:
    box = _enclose(node, boxes)
    return box is None or box.low <= 0 <= box.high


def _denominators(node: Node) -> list[Node]:
    match node:
        case Operation(sign, left, right):
            own = [right] if sign == "/" else []
            return own + _denominators(left) + _denominators(right)
        case Call(_, arguments):
            return [found for argument in arguments for found in _denominators(argument)]
        case _:
            return []


def _occurrences(node: Node) -> Counter[str]:
    match node:
        case Name(figure):
            return Counter([figure])
        case Operation(_, left, right):
            return _occurrences(left) + _occurrences(right)
        case Call(_, arguments):
            return sum((_occurrences(argument) for argument in arguments), Counter())
        case _:
            return Counter()


def _enclose(node: Node, boxes: Mapping[str, Interval]) -> Interval | None:
    """Interval arithmetic: exact where each name occurs once, an enclosure otherwise; None over a zero divisor."""
    match node:
        case Number(value):
            return Interval(value, value)
        case Name(figure):
            return boxes[figure]
        case Operation(sign, left, right):
            a, b = _enclose(left, boxes), _enclose(right, boxes)
            if a is None or b is None or (sign == "/" and b.low <= 0 <= b.high):
                return None
            corners = [_ARITHMETIC[sign](x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
            return Interval(min(corners), max(corners))
        case Call("abs", (argument,)):
            box = _enclose(argument, boxes)
            if box is None:
                return None
            least = Fraction(0) if box.low <= 0 <= box.high else min(abs(box.low), abs(box.high))
            return Interval(least, max(abs(box.low), abs(box.high)))
        case Call(function, arguments):
            choose = min if function == "min" else max
            found = [_enclose(argument, boxes) for argument in arguments]
            known = [box for box in found if box is not None]
            if len(known) < len(found):
                return None
            return Interval(choose(box.low for box in known), choose(box.high for box in known))


def _settle(node: Node, boxes: Mapping[str, Interval]) -> Node | None:
    """The formula without abs, min and max, where the ranges leave no doubt which branch holds; otherwise None."""
    match node:
        case Operation(sign, left, right):
            a, b = _settle(left, boxes), _settle(right, boxes)
            return None if a is None or b is None else Operation(sign, a, b)
        case Call("abs", (argument,)):
            inner, box = _settle(argument, boxes), _enclose(argument, boxes)
            if inner is None or box is None or box.low < 0 < box.high:
                return None
            return inner if box.low >= 0 else Operation("-", Number(Fraction(0)), inner)
        case Call(function, arguments):
            ranked = [(_enclose(argument, boxes), _settle(argument, boxes)) for argument in arguments]
            for box, inner in ranked:
                if box is None or inner is None:
                    return None
                others = [other for other, _ in ranked if other is not None and other is not box]
                if function == "min" and all(box.high <= other.low for other in others):
                    return inner
                if function == "max" and all(box.low >= other.high for other in others):
                    return inner
            return None
        case _:
            return node


def _first_degree(node: Node) -> bool:
    """Whether every name occurs at most to the first degree above and below the line.

    Such a formula is monotone along each name while the others stand still, so that its extremes over a box lie
    at corners of the box.
    """
    above, below, _ = _degrees(node)
    return all(degree <= 1 for degree in (above | below).values())


_Degrees = tuple[Counter[str], Counter[str], Node]
_ONE = Number(Fraction(1))


def _degrees(node: Node) -> _Degrees:
    match node:
        case Name(figure):
            return Counter([figure]), Counter(), _ONE
        case Operation(sign, left, right):
            above_l, below_l, line_l = _degrees(left)
            above_r, below_r, line_r = _degrees(right)
            if sign == "*":
                return above_l + above_r, below_l + below_r, Operation("*", line_l, line_r)
            if sign == "/":
                if line_l == line_r:
                    return above_l, above_r, right
                return above_l + below_r, below_l + above_r, Operation("*", line_l, right)
            if line_l == line_r:
                return above_l | above_r, below_l, line_l
            crossed = (above_l + below_r) | (above_r + below_l)
            return crossed, below_l + below_r, Operation("*", line_l, line_r)
        case _:
            return Counter(), Counter(), _ONE
