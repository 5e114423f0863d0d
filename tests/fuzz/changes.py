"""The changes that make mutants: an abstract syntax tree in, the same with one change out.

What is changed: comparisons, arithmetic signs, numbers, truths, `and` for `or`, `min` for `max`,
conditions, statements left out. What is not: messages, docstrings, annotations, assertions, of
which `strict=True` of zip is one.
"""

from __future__ import annotations

import ast

COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Changer(ast.NodeTransformer):
    """Walks a module; makes the change of that number, or only lists all there are."""

    def __init__(self, chosen: int | None = None) -> None:
        self.chosen = chosen
        self.found: list[tuple[int, str, str]] = []
        self.scope: list[str] = []
        self.line = 1

    def offer(self, what: str) -> bool:
        """Whether this is the change to make; its line is the first of its statement."""
        self.found.append((self.line, ".".join(self.scope) or "module", what))
        return self.chosen == len(self.found) - 1

    # What is never changed: annotations, docstrings, decorators, imports, messages.

    def body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The statements, each visited; calls and assignments to what exists may be left out."""
        kept: list[ast.stmt] = []
        for statement in statements:
            self.line = statement.lineno
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                kept.append(statement)
                continue
            gone = False
            if isinstance(statement, ast.Raise | ast.AugAssign | ast.Continue | ast.Break) or (
                isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            ):
                gone = self.offer(f"leave out: {short(statement)}")
            changed = self.visit(statement)
            kept.append(ast.copy_location(ast.Pass(), statement) if gone else changed)
        return kept

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = self.body(node.body)
        return node

    def _scoped(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        self.scope.append(node.name)
        if isinstance(node, ast.FunctionDef):
            node.args.defaults = [self.visit(each) for each in node.args.defaults]
            node.args.kw_defaults = [each and self.visit(each) for each in node.args.kw_defaults]
        node.body = self.body(node.body)
        self.scope.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._scoped(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._scoped(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return node

    # What is.

    def visit_If(self, node: ast.If) -> ast.AST:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return node
        return self._conditional(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._conditional(node)

    def _conditional(self, node: ast.If | ast.While) -> ast.AST:
        negated = self.offer(f"not ({short(node.test)})")
        node.test = self.visit(node.test)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        if negated:
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = self.visit(node.iter)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        node.items = [self.visit(item) for item in node.items]
        node.body = self.body(node.body)
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        node.body = self.body(node.body)
        for handler in node.handlers:
            handler.body = self.body(handler.body)
        node.orelse, node.finalbody = self.body(node.orelse), self.body(node.finalbody)
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            case.guard = case.guard and self.visit(case.guard)
            case.body = self.body(case.body)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        negated = self.offer(f"not ({short(node.test)})")
        self.generic_visit(node)
        if negated:
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        for at, operator in enumerate(node.ops):
            other = COMPARED[type(operator)]
            if self.offer(f"{short(node)}: {other.__name__}"):
                node.ops[at] = other()
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        other = COMPUTED.get(type(node.op))
        words = any(
            isinstance(side, ast.JoinedStr) or text(side) for side in (node.left, node.right)
        )
        if other is not None and not words and self.offer(f"{short(node)}: {other.__name__}"):
            node.op = other()
        self.generic_visit(node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        if self.offer(f"{short(node)}: {other.__name__}"):
            node.op = other()
        self.generic_visit(node)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.Not | ast.USub):
            bare = self.offer(f"{short(node)}: without the sign")
            self.generic_visit(node)
            return node.operand if bare else node
        self.generic_visit(node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            if self.offer(f"{value}: {not value}"):
                return ast.copy_location(ast.Constant(not value), node)
        elif isinstance(value, int | float) and self.offer(f"{value}: {value + 1}"):
            return ast.copy_location(ast.Constant(value + 1), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "SpecError" or name.endswith("Error"):
            return node
        if name in SWAPPED and self.offer(f"{short(node)}: {SWAPPED[name]}"):
            node.func = ast.copy_location(ast.Name(SWAPPED[name], ast.Load()), node.func)
        if name == "zip":
            node.args = [self.visit(each) for each in node.args]
        else:
            self.generic_visit(node)
        return node


def short(node: ast.AST) -> str:
    """Its source, cut."""
    return ast.unparse(node)[:60]


def text(node: ast.expr) -> bool:
    """Whether it is a string."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
