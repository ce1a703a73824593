"""Why an enrollment came back, in words: chosen reasons, free words, and notes to single questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from enrollment import application
from enrollment.states import ReasonCode

Reason = Mapping[str, str]  # `code` of ReasonCode or '', `text`, `field`: the question's name or ''


def lines_of(reasons: Sequence[Reason], content: Mapping[str, Any]) -> list[str]:
    """Return reasons as lines: the question as the application asked it, or the chosen words, then what was added."""
    questions = application.questions_of(content)
    return [_line(reason, questions) for reason in reasons]


def _line(reason: Reason, questions: Mapping[str, str]) -> str:
    code, text = reason.get("code", ""), reason.get("text", "")
    about = questions.get(reason.get("field", ""), "") or (ReasonCode(code).label if code else "")
    if about and text:
        return f"{about}{'' if about.endswith('?') else ':'} {text}"
    return text or f"{about}."
