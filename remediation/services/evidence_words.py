"""The dialing practices of the enrollment form as statements, by the names of its questions (D12)."""

PRACTICES = {
    "consent": "Calls only with consent or an existing relationship",
    "consent_age": "Calls within 90 days of the consent",
    "do_not_call": "Scrubs against national, state and own do-not-call lists",
    "opt_out": "Honors an opt-out at once, at the latest within 10 business days",
    "calls_per_person": "Calls one person at most twice a day",
    "calls_per_number": "At most 100 calls a day from one number",
    "hours": "Calls between 8 am and 9 pm of the called person's time zone only",
    "answer_time": "Somebody, or a message with name and number, answers within 2 seconds",
    "ring_time": "Lets it ring at least 15 seconds",
    "voicemail": "Leaves a voicemail of 15 seconds or more",
    "short_calls": "Fewer than 15 % of the calls are shorter than 6 seconds",
    "introduction": "Says at the start who is calling and why",
    "one_purpose": "Each number serves one purpose",
    "call_back": "The number can be called back",
    "stable_numbers": "Keeps its caller IDs, without rotating numbers to escape labels",
    "attestation": "Calls are signed with full attestation (STIR/SHAKEN A)",
    "caller_name": "The caller name (CNAM) is correct",
}
