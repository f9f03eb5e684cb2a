"""The statistical model of languages.  Importing this module loads it; `language` does so when it must.

Only the columns of the languages that we may be asked for are kept: 16 of its 28 MB.  It is never written to after
that, so threads may share it."""

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

from generation.core.prose.tongues import LANGUAGES


def _loaded() -> LanguageIdentifier:
    table, priors, classes, moves, rows, output = load_model(MODEL_DIR / MODEL_FILE)
    kept = [place for place, name in enumerate(classes) if name in LANGUAGES]
    return LanguageIdentifier(
        np.ascontiguousarray(table[:, kept]), priors[kept], [classes[place] for place in kept], moves, output,
        norm_probs=True, tk_row=rows,
    )


_identifier = _loaded()


def most_likely(text: str) -> tuple[str, float]:
    """The language of `text` among all that we know, and how sure that is."""
    language, confidence = _identifier.classify(text)
    return str(language), float(confidence)
