"""What somebody typed into a page whose session had ended, until the owner has signed in again."""

from __future__ import annotations

from django.db import models

from applications.models.dossier import Dossier


class HeldForm(models.Model):
    """Posted boxes of one page, encrypted; given back once, to the owner of the dossier only."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="held_forms")
    page = models.CharField(max_length=40)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "page"], name="one_held_form_a_page")]

    def __str__(self) -> str:
        return f"{self.dossier_id}:{self.page}"
