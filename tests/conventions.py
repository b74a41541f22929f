"""The house rules of ARCHITECTURE.md §3 and §5 as questions to one Python file.

Each rule takes a parsed module and yields what breaks it, as "name: fault" or just a name. The rules know
nothing of this project's files, so that `test_conventions.py` can show each of them a fault.
"""

import ast
from collections.abc import Callable, Iterator

Rule = Callable[[ast.Module], Iterator[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef

MAX_FUNCTION_LINES = 40
HIDDEN_SIGNALS = {
    "pre_save",
    "post_save",
    "pre_delete",
    "post_delete",
    "m2m_changed",
    "pre_init",
    "post_init",
}
QUERY_METHODS = {"filter", "exclude", "annotate", "aggregate", "order_by", "save", "create", "bulk_create"}
QUERY_METHODS |= {"update", "bulk_update", "get_or_create", "update_or_create", "delete"}
PUBLISHING = {"delay", "apply_async", "send_task"}
GUARDS = {"require_safe", "require_POST", "require_GET", "require_http_methods"}


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The last name of everything that is called: `a.b.c()` gives "c"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def decorators(function: Function) -> set[str]:
    """The last names of a function's decorators, called or not."""
    plain = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in plain}


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def long_functions(tree: ast.Module) -> Iterator[str]:
    """Functions of more than 40 lines."""
    for function in _functions(tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MAX_FUNCTION_LINES:
            yield f"{function.name}: {length} lines"


def queries_in_views(tree: ast.Module) -> Iterator[str]:
    """Filtering and writing in a view: those have a name on a QuerySet, a form or a service."""
    for name, call in _called(tree):
        if name in QUERY_METHODS and isinstance(call.func, ast.Attribute):
            yield f"line {call.lineno}: .{name}("


def classes_in_views(tree: ast.Module) -> Iterator[str]:
    """Views are functions only."""
    yield from (node.name for node in tree.body if isinstance(node, ast.ClassDef))


def unguarded_views(tree: ast.Module) -> Iterator[str]:
    """Views that take any method: a view says which, and changes only by POST."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "request":
            answers = node.returns is not None and "Response" in ast.unparse(node.returns)
            if answers and not decorators(node) & GUARDS:
                yield node.name


def loose_services(tree: ast.Module) -> Iterator[str]:
    """Public functions of a service that are not keyword-only or typed; one argument alone may be plain."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        plain = [*node.args.posonlyargs, *node.args.args]
        every = [*plain, *node.args.kwonlyargs]
        if plain and len(every) > 1:
            yield f"{node.name}: not keyword-only"
        if node.args.vararg or node.args.kwarg:
            yield f"{node.name}: takes anything"
        if node.returns is None or any(argument.annotation is None for argument in every):
            yield f"{node.name}: not typed"


def hidden_wiring(tree: ast.Module) -> Iterator[str]:
    """Signals that fire when a row is written."""
    yield from HIDDEN_SIGNALS & set(_names(tree))


def receivers(tree: ast.Module) -> Iterator[str]:
    """Functions that wait for a signal."""
    for function in _functions(tree):
        if "receiver" in decorators(function):
            yield function.name
    for name, call in _called(tree):
        if name == "connect" and isinstance(call.func, ast.Attribute):
            yield ast.unparse(call.func)


def calls_of_enqueue(tree: ast.Module) -> Iterator[str]:
    """Where work is put into the outbox."""
    yield from (f"line {call.lineno}" for name, call in _called(tree) if name == "enqueue")


def publishing(tree: ast.Module) -> Iterator[str]:
    """Work handed to Celery past the outbox."""
    yield from (f"line {call.lineno}: {name}(" for name, call in _called(tree) if name in PUBLISHING)


def own_save(tree: ast.Module) -> Iterator[str]:
    """Classes that do work in `save()` or `delete()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = {child.name for child in node.body if isinstance(child, ast.FunctionDef)}
            yield from (f"{node.name}.{name}" for name in sorted(names & {"save", "delete"}))


def models_in_a_leaf(tree: ast.Module) -> Iterator[str]:
    """Tables, or somebody's models, where there may be none."""
    somebodys = (name for name in imported(tree) if not name.startswith("django.db."))
    yield from (name for name in somebodys if name.endswith(".models") or ".models." in name)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from (node.name for base in node.bases if ast.unparse(base) in ("models.Model", "Model"))


def csrf_exempt(tree: ast.Module) -> Iterator[str]:
    """Views that take a POST without our token."""
    yield from (function.name for function in _functions(tree) if "csrf_exempt" in decorators(function))
    yield from (f"line {call.lineno}" for name, call in _called(tree) if name == "csrf_exempt")


def enqueued_kinds(tree: ast.Module) -> Iterator[str]:
    """The kinds that are enqueued by a literal name."""
    for name, call in _called(tree):
        if name == "enqueue" and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)
