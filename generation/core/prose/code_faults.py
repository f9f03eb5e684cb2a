"""Does a block of code parse?  It is read, never run; what is cut short on purpose is left in peace."""

import ast
import json
import re
import textwrap

import yaml

from generation.core.prose.markup_faults import UnclosedTags

LONGEST = 20_000        # characters; a longer block is not read
# What writers leave out, fill in later, or type at a prompt.
_CUT_SHORT = re.compile(r"^\s*(?:\.\.\.|…)\s*$|\{\{|\{%|<[A-Z_]{3,}>|<your[ -_]|…", re.MULTILINE)
_SESSION = re.compile(r"^\s*(?:>>> |In \[\d|\$ |[%!]\w)", re.MULTILINE)
_JSON_WITH_MORE = re.compile(r"^\s*(?://|/\*|#)|//\s|,?\s*\.\.\.", re.MULTILINE)
# Only warnings of the parser, which are errors where warnings are.
_HARMLESS = ("invalid escape sequence", "invalid decimal literal")
_FENCES = {
    "python": "python", "py": "python", "python3": "python", "json": "json", "yaml": "yaml", "yml": "yaml",
    "html": "html", "html5": "html",
}


def fault(language: str, code: str) -> str | None:
    """Why `code` is no `language`, as half a sentence; None if it is, or if nobody here can tell."""
    known = _FENCES.get(language)
    if known is None or not code.strip() or len(code) > LONGEST or "\0" in code:
        return None
    match known:
        case "python":
            return _python(code)
        case "json":
            return _json(code)
        case "yaml":
            return _yaml(code)
        case _:
            return _html(code)


def _python(code: str) -> str | None:
    if _SESSION.search(code) or "{{" in code:
        return None
    try:
        ast.parse(textwrap.dedent(code))
    except SyntaxError as problem:
        if str(problem.msg).startswith(_HARMLESS) or (_CUT_SHORT.search(code) and problem.msg == "invalid syntax"):
            return None
        return f"line {problem.lineno}: {problem.msg}"
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _json(code: str) -> str | None:
    if _JSON_WITH_MORE.search(code) or _CUT_SHORT.search(code):
        return None
    try:
        json.loads(code)
    except RecursionError:
        return None
    except ValueError as problem:
        lines = [line for line in code.splitlines() if line.strip()]
        return None if len(lines) > 1 and all(map(_is_json, lines)) else f"{problem}"
    return None


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _yaml(code: str) -> str | None:
    if _CUT_SHORT.search(code):
        return None
    try:
        for _event in yaml.parse(code, Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as problem:
        line = f"line {problem.problem_mark.line + 1}: " if problem.problem_mark else ""
        return f"{line}{problem.problem}"
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return None


def _html(code: str) -> str | None:
    if _CUT_SHORT.search(code):
        return None
    wrong = UnclosedTags(code).wrong
    return f"{wrong[0]} has no counterpart" if wrong else None
