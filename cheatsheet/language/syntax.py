"""Text → syntax tree: the claim language as written, before anything is known about shapes.

A hand-written precedence parser, because catalogue text is data: it never reaches Python's own parser or ``eval``, its
depth and length are bounded, and every node knows where it stands so that messages can point at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NoReturn

from cheatsheet.language.display import one_line, short
from cheatsheet.language.habits import character_told, sign_told, word_told

LONGEST_TEXT = 10_000
DEEPEST_NESTING = 200
LONGEST_NUMBER = 40

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|==|!=|<=|>=|//|->|:=|[-+*/@()\[\],.=<>%^&|~!:;{}?$])"
)
KEYWORDS = frozenset(
    "False None True and as assert async await break class continue def del elif else except finally for from "
    "global if import in is lambda nonlocal not or pass raise return try while with yield".split()
)
_BINARY = {"+": 10, "-": 10, "*": 20, "@": 20, "/": 20}
_UNARY = 30
_POWER = 40


class ClaimError(Exception):
    """What is wrong with a claim, where (offsets into its text), and how to mend it.

    ``axes`` lists the pairs of axes that would have to be of one size, where that is what is wrong; ``text`` is what
    the offsets are about, where there are several texts.
    """

    text: str | None = None

    def __init__(
        self, message: str, start: int, end: int, hint: str = "", axes: tuple[tuple[Any, Any], ...] = ()
    ) -> None:
        super().__init__(message)
        self.axes = axes
        self.message = message
        self.start = start
        self.end = max(end, start + 1)
        self.hint = hint

    def __repr__(self) -> str:
        return one_line(self, short(self.message, 150))

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return (type(self), (self.message, self.start, self.end, self.hint, self.axes))


class NotationError(ClaimError):
    """What is written is not of this language, whatever the names in it stand for."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Raw:
    """A node as written. ``kind`` is name, number, call, binary, unary, transpose, index, list or compare."""

    kind: str
    start: int
    end: int
    text: str = ""
    children: tuple[Raw, ...] = ()
    value: Fraction = field(default=Fraction(0))
    depth: int = 1
    axis: int | None = None
    """The axis of a call that ends in ``axis=0`` or ``axis=1``."""


def tokenize(text: str) -> list[Token]:
    """The tokens of the text, ended by one of kind ``end``; raises :class:`ClaimError`."""
    if len(text) > LONGEST_TEXT:
        raise ClaimError(
            f"the text has {len(text)} characters, and at most {LONGEST_TEXT} are read",
            0,
            1,
            "name parts of it with `let`",
        )
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            _unexpected_character(text, position)
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token(kind, match.group(), position, match.end()))
        position = match.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _unexpected_character(text: str, position: int) -> NoReturn:
    character = text[position]
    hint = "" if character.isascii() else character_told(character)
    raise ClaimError(f"unexpected character {character!r}", position, position + 1, hint)


@contextmanager
def _in_other_notations(text: str) -> Iterator[None]:
    """What is refused within the block, told as a habit from elsewhere where it looks like one."""
    try:
        yield
    except ClaimError as error:
        told = sign_told(text, error.start) or word_told(text, error.start, error.end)
        if told is None:
            raise
        said = text[told.start : told.end]
        raise NotationError(f"{said} is not part of the language", told.start, told.end, told.hint) from None


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.position = 0
        self.nesting = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.token
        self.position += token.kind != "end"
        return token

    def fail(self, message: str, hint: str = "", token: Token | None = None) -> NoReturn:
        at = token or self.token
        raise ClaimError(message, at.start, at.end, hint)

    def expect(self, text: str, opening: Token) -> Token:
        if self.token.text != text or self.token.kind == "end":
            found = "the end of the text" if self.token.kind == "end" else repr(self.token.text)
            self.fail(
                f"expected {text!r} to close {opening.text!r} in column {opening.start + 1}, found {found}",
                _reading_hint(self.token),
            )
        return self.advance()

    def node(self, kind: str, start: int, end: int, text: str = "", *children: Raw) -> Raw:
        depth = 1 + max((c.depth for c in children), default=0)
        if depth > DEEPEST_NESTING:
            self.fail(
                f"the expression is nested more than {DEEPEST_NESTING} levels deep",
                "name parts of it with `let`",
            )
        return Raw(kind, start, end, text, children, depth=depth)

    def expression(self, minimum: int = 0) -> Raw:
        self.nesting += 1
        if self.nesting > DEEPEST_NESTING:
            self.fail(
                f"the expression is nested more than {DEEPEST_NESTING} levels deep",
                "name parts of it with `let`",
            )
        left = self.prefix()
        while self.token.kind == "operator":
            op = self.token.text
            if op == "**" and minimum <= _POWER:
                self.advance()
                right = self.expression(_UNARY)  # right-associative, and 2 ** -1 is allowed
            elif op in _BINARY and _BINARY[op] >= minimum:
                self.advance()
                right = self.expression(_BINARY[op] + 1)
            else:
                break
            left = self.node("binary", left.start, right.end, op, left, right)
        self.nesting -= 1
        return left

    def prefix(self) -> Raw:
        token = self.token
        if token.text in ("-", "+") and token.kind == "operator":
            self.advance()
            operand = self.expression(_UNARY)
            return self.node("unary", token.start, operand.end, token.text, operand)
        return self.postfix(self.primary())

    def primary(self) -> Raw:
        token = self.advance()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            if token.text in KEYWORDS:
                hint = "call the symbol lam; it is printed as λ" if token.text == "lambda" else ""
                self.fail(f"{token.text} is a Python keyword, not a name", hint, token)
            return self.node("name", token.start, token.end, token.text)
        if token.text == "(" and token.kind == "operator":
            inner = self.expression()
            if self.token.text == ",":
                self.fail(
                    "a tuple is not part of the language", "an inner product is written x.T @ y, or dot(x, y)"
                )
            end = self.expect(")", token)
            return Raw(
                inner.kind,
                token.start,
                end.end,
                inner.text,
                inner.children,
                inner.value,
                inner.depth,
                inner.axis,
            )
        if token.text == "[" and token.kind == "operator":
            return self.listing(token)
        if token.kind == "end":
            self.fail("the expression ends where a symbol, number or bracket was expected")
        self.fail(f"unexpected {token.text!r}", _reading_hint(token), token)

    def number(self, token: Token) -> Raw:
        digits, _, exponent = token.text.lower().partition("e")
        if len(digits) > LONGEST_NUMBER or len(exponent) > 3:
            self.fail(f"a number has at most {LONGEST_NUMBER} digits here", "", token)
        if self.token.kind == "name" and self.token.start == token.end:
            self.fail(
                f"{token.text}{self.token.text} is neither a number nor a name",
                f"write {token.text} * {self.token.text} for the product",
                token,
            )
        return Raw("number", token.start, token.end, token.text, value=Fraction(token.text))

    def listing(self, opening: Token) -> Raw:
        items = [self.expression()]
        while self.token.text == ",":
            self.advance()
            items.append(self.expression())
        end = self.expect("]", opening)
        return self.node("list", opening.start, end.end, "", *items)

    def postfix(self, left: Raw) -> Raw:
        while self.token.kind == "operator":
            token = self.token
            if token.text == "(":
                left = self.call(left, self.advance())
            elif token.text == "[":
                left = self.subscript(left, self.advance())
            elif token.text == ".":
                self.advance()
                name = self.advance()
                if name.text != "T" or name.kind != "name":
                    self.fail(
                        f"the only attribute is .T, the transpose, and this is .{name.text}",
                        "the product of matrices is written @" if name.kind == "name" else "",
                        name,
                    )
                left = self.node("transpose", left.start, name.end, "", left)
            else:
                break
        return left

    def call(self, function: Raw, opening: Token) -> Raw:
        if function.kind != "name":
            self.fail("only a named function can be called", "write * for a product", opening)
        arguments: list[Raw] = []
        axis = None
        while self.token.text != ")":
            arguments.append(self.expression())
            if self.token.text == "=":
                axis = self.keyword(arguments.pop())
                break
            if self.token.text != ",":
                break
            self.advance()
        end = self.expect(")", opening)
        return replace(self.node("call", function.start, end.end, function.text, *arguments), axis=axis)

    def keyword(self, name: Raw) -> int:
        """The value of ``axis=``, the one keyword of the language, which stands last."""
        if name.text != "axis":
            self.fail("keyword arguments are not part of the language", "the only one is axis=0 or axis=1")
        self.advance()
        value = self.advance()
        if value.text not in ("0", "1"):
            self.fail(
                f"the axis is 0 or 1, and this is {value.text}",
                "axis=1: of each row; axis=0: of each column",
                value,
            )
        return int(value.text)

    def subscript(self, operand: Raw, opening: Token) -> Raw:
        indices: list[Raw] = []
        while True:
            if self.token.text == ":":
                self.fail("slices are not part of the language", _reading_hint(self.token))
            indices.append(self.expression())
            if self.token.text != ",":
                break
            self.advance()
        end = self.expect("]", opening)
        return self.node("index", operand.start, end.end, "", operand, *indices)


def _reading_hint(token: Token) -> str:
    hints = {
        "=": "an equality is written ==",
        ":": "a column is A @ unit(j, n), a row unit(i, m).T @ A, an entry A[i, j]",
    }
    if token.text in KEYWORDS:
        return "an expression has no words in it but names"
    if token.kind in ("name", "number"):
        return "a product is written with * or @"
    return hints.get(token.text, "")


def parse_expression(text: str) -> Raw:
    """Parse one expression without a comparison.

    >>> parse_expression("x.T @ A").text
    '@'
    """
    with _in_other_notations(text):
        return _expression(text)


def _expression(text: str) -> Raw:
    parser = _Parser(text)
    if parser.token.kind == "end":
        parser.fail("the expression is empty")
    tree = parser.expression()
    if parser.token.kind != "end":
        if parser.token.text in ("==", "!="):
            parser.fail(
                f"a comparison {parser.token.text} does not belong here",
                "write one side alone; an equality is a claim, which is checked and not differentiated",
            )
        if parser.token.text == "=":
            parser.fail("an equality does not belong here", "write what stands right of the = alone")
        parser.fail(f"unexpected {parser.token.text!r}", _reading_hint(parser.token))
    return tree


def parse_claim(text: str) -> Raw:
    """Parse one claim: two expressions with ``==`` or ``!=`` between them.

    >>> parse_claim("A @ B != B @ A").text
    '!='
    """
    with _in_other_notations(text):
        return _claim(text)


def _claim(text: str) -> Raw:
    parser = _Parser(text)
    if parser.token.kind == "end":
        parser.fail("the claim is empty")
    left = parser.expression()
    operator = parser.token
    if operator.kind == "end":
        raise ClaimError(
            "a claim needs == (or !=) between two sides",
            left.start,
            left.end,
            "write: left == right",
        )
    if operator.text not in ("==", "!="):
        parser.fail(f"unexpected {operator.text!r}", _reading_hint(operator))
    parser.advance()
    right = parser.expression()
    if parser.token.kind != "end":
        if parser.token.text in ("==", "!="):
            parser.fail("a claim has one comparison only", "make a list of claims, one for each equality")
        parser.fail(f"unexpected {parser.token.text!r}", _reading_hint(parser.token))
    return parser.node("compare", left.start, right.end, operator.text, left, right)
