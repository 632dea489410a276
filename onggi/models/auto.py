"""transformers, imported without the packages that it takes for what no model here has; import it from here."""

from onggi.models.absent import absent

with absent("scipy", "sklearn"):
    # Every model class imports all losses, and those of object detection SciPy: 0.3 s. transformers asks for it once.
    from transformers import (
        AutoConfig,
        AutoModel,
        AutoModelForCausalLM,
        AutoModelForSequenceClassification,
        AutoTokenizer,
        BitsAndBytesConfig,
        ContinuousBatchingConfig,
        GenerationConfig,
    )
    from transformers.utils import import_utils
    from transformers.utils import logging as transformers_logging

    import_utils.is_scipy_available()
    import_utils.is_sklearn_available()

__all__ = [
    "AutoConfig", "AutoModel", "AutoModelForCausalLM", "AutoModelForSequenceClassification", "AutoTokenizer",
    "BitsAndBytesConfig", "ContinuousBatchingConfig", "GenerationConfig", "transformers_logging",
]  # fmt: skip
