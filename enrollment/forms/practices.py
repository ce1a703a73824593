"""Second section: dialing practices. Yes is the good answer; nothing is refused by counting (D12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enrollment.forms import fields
from enrollment.forms.base import Group, SectionForm
from enrollment.states import SectionKey


class PracticesForm(SectionForm):
    """Seventeen questions, each with the reason why engines care."""

    key = SectionKey.PRACTICES
    lead = (
        "Accurate answers are crucial. If you answer No to several questions, the service may be unable to assist. "
        "Answering Yes without following the rule makes remediation ineffective."
    )
    groups = (
        Group("Consent", ("consent", "consent_age", "do_not_call", "opt_out")),
        Group("How often and when", ("calls_per_person", "calls_per_number", "hours")),
        Group("The call itself", ("answer_time", "ring_time", "voicemail", "short_calls", "introduction")),
        Group("Numbers and identity", ("one_purpose", "call_back", "stable_numbers", "attestation", "caller_name")),
    )

    consent = fields.yes_no(
        "Do you have the person's consent or an existing relationship before you call?",
        "Calls that nobody asked for are reported, and reports become labels.",
    )
    consent_age = fields.yes_no(
        "Do you call within 90 days of that consent?",
        "After months people have forgotten that they asked, and report the call.",
    )
    do_not_call = fields.yes_no(
        "Do you scrub against the national, state and your own do-not-call lists?",
        "Calls to listed numbers are complaints in public files that engines read.",
    )
    opt_out = fields.yes_no(
        "Do you honor an opt-out at once, and at the latest within 10 business days?",
        "Who is called again after saying no blocks the number.",
    )
    calls_per_person = fields.yes_no(
        "Do you call one person at most twice a day?",
        "Three or more calls a day cause blocks.",
    )
    calls_per_number = fields.yes_no(
        "Do you stay at or under 100 calls a day from one number?",
        "Sudden or high volume from one number is what engines look for first.",
    )
    hours = fields.yes_no(
        "Do you call only between 8 am and 9 pm in the called person's time zone?",
        "It is the law, and calls at night are reported most.",
    )
    answer_time = fields.yes_no(
        "Does an agent, or a message with your name and number, answer within 2 seconds of the greeting?",
        "Silence after the greeting is the mark of a robocall.",
    )
    ring_time = fields.yes_no(
        "Do you let it ring at least 15 seconds?",
        "Calls that stop sooner look like probing for live numbers.",
    )
    voicemail = fields.yes_no(
        "Do you leave a voicemail of 15 seconds or more when nobody answers?",
        "A message explains the call, and lengthens it in the statistics.",
    )
    short_calls = fields.yes_no(
        "Are fewer than 15 % of your calls shorter than 6 seconds?",
        "Many short calls mean that people hang up at once.",
    )
    one_purpose = fields.yes_no(
        "Does each number serve one purpose?",
        "A label for one kind of call hits every other kind on the same number.",
    )
    call_back = fields.yes_no(
        "Can people call the number back and reach you?",
        "A number that cannot be called back looks forged.",
    )
    stable_numbers = fields.yes_no(
        "Do you keep caller IDs stable, without rotating numbers to escape labels?",
        "Engines read rotation as evasion and label the new numbers sooner.",
    )
    introduction = fields.yes_no(
        "Does the caller say who is calling and why at the start?",
        "People who know who calls do not report it as spam.",
    )
    attestation = fields.yes_no(
        "Are your calls signed with full attestation (STIR/SHAKEN A)?",
        "Only full attestation proves that the number is yours to use.",
    )
    caller_name = fields.yes_no(
        "Is your caller name (CNAM) correct?",
        "A missing or foreign name lowers trust in every call.",
    )


def no_answers(answers: Mapping[str, Any]) -> list[str]:
    """Return the names of the questions that were answered with No."""
    return [name for name in PracticesForm.base_fields if answers.get(name) == "no"]
