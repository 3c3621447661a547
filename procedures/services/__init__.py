"""Every verb of the catalogue: pages, API and commands call these and nothing else."""

from procedures.services.vocabulary import Saying, add_synonym, change_synonym, remove_synonym

__all__ = ["Saying", "add_synonym", "change_synonym", "remove_synonym"]
