"""The audit trail: who did what, when, from where, and how it went. It only grows."""

from app.audit.models import AuditEvent
from app.audit.trail import Event, record, record_refusal

__all__ = ["AuditEvent", "Event", "record", "record_refusal"]
