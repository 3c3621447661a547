"""A form as data: what is asked, how an answer is read, and everything wrong with a definition."""

from __future__ import annotations

from procedures.schema.answers import clean, clean_rows
from procedures.schema.display import display
from procedures.schema.errors import AnswerError, Fault, SchemaError
from procedures.schema.json_schema import json_schema
from procedures.schema.load import load
from procedures.schema.model import (
    STANDARD_CHOICES,
    Choice,
    Condition,
    Eligibility,
    FeeCase,
    Fees,
    Form,
    Group,
    Page,
    Prefill,
    Question,
    ResultField,
    RoleSource,
    blank,
    fits,
    in_expressions,
    in_language,
    is_blank,
)
from procedures.schema.shape import decode

__all__ = [
    "STANDARD_CHOICES",
    "AnswerError",
    "Choice",
    "Condition",
    "Eligibility",
    "Fault",
    "FeeCase",
    "Fees",
    "Form",
    "Group",
    "Page",
    "Prefill",
    "Question",
    "ResultField",
    "RoleSource",
    "SchemaError",
    "blank",
    "clean",
    "clean_rows",
    "decode",
    "display",
    "fits",
    "in_expressions",
    "in_language",
    "is_blank",
    "json_schema",
    "load",
]
