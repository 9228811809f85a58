"""The audit trail: who did what, when, from where, and how it went. It only grows."""

from app.audit.trail import Event, record, record_refusal

# Not the model: whoever has it could change what was written down (tests/rules/test_audit.py).
__all__ = ["Event", "record", "record_refusal"]
