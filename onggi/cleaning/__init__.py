"""Documents → cleaner documents: copies, versions, boilerplate, spacing, personal data; all counted."""

from onggi.cleaning.corpus import Cleaning
from onggi.cleaning.params import CleanParams

__all__ = ["CleanParams", "Cleaning"]
