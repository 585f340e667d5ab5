"""Lines of dbt_project.yml that let a system take part where it is active, put in where its layer's other systems stand."""

from __future__ import annotations

from collections.abc import Sequence

Path = tuple[str, ...]
STAGING: Path = ("models", "tundish", "staging")
CORE: Path = ("models", "tundish", "core", "systems")
ADAPTERS: Path = ("models", "tundish", "intermediate", "adapters")
_STEP = 2


def with_system(text: str, section: Path, system: str) -> str:
    """The file with the system's lines at the end of a section; unchanged if they are there. Comments stay."""
    lines = text.splitlines()
    start, end, depth = _place(lines, section)
    indent = " " * (_STEP * len(section))
    if any(line.rstrip() == f"{indent}{system}:" for line in lines[start:end]):
        return text
    missing = [f"{' ' * (_STEP * level)}{section[level]}:" for level in range(depth, len(section))]
    enabled = (
        f"{indent}{' ' * _STEP}+enabled: \"{{{{ '{system}' in var('active_systems', ['{system}']) }}}}\""
    )
    lines[end:end] = [*missing, f"{indent}{system}:", enabled]
    return "\n".join(lines) + "\n"


def _place(lines: Sequence[str], section: Path) -> tuple[int, int, int]:
    """(first line, line behind the last one, depth) of the deepest part of the section that is there."""
    start, end = 0, len(lines)
    for depth, name in enumerate(section):
        head = f"{' ' * (_STEP * depth)}{name}:"
        found = next((at for at in range(start, end) if lines[at].rstrip() == head), None)
        if found is None:
            return start, end, depth
        start = found + 1
        end = next((at for at in range(start, end) if _leaves(lines[at], depth)), end)
        while end > start and not lines[end - 1].strip():
            end -= 1
    return start, end, len(section)


def _leaves(line: str, depth: int) -> bool:
    """True for a line that stands no deeper than `depth`."""
    return bool(line.strip()) and len(line) - len(line.lstrip()) <= _STEP * depth
