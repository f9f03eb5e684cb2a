"""Which rules could not run: said once, on the outline, so that silence is not taken for praise."""

from collections.abc import Iterator

from generation.core.findings import Finding, Severity, error
from generation.core.prose import language
from generation.kinds.course import vocabulary
from generation.kinds.course.brief import Brief
from generation.kinds.course.schema import Plan

ENGLISH = frozenset({"en"})
# Rules that know the words of some languages only.
LANGUAGES_OF = {
    "CR-O01": vocabulary.LANGUAGES, "CR-O02": vocabulary.LANGUAGES, "CR-O04": vocabulary.LANGUAGES,
    "CR-C07": vocabulary.LANGUAGES, "CR-Q03": vocabulary.LANGUAGES, "CR-Q06": vocabulary.LANGUAGES,
    "CR-Q07": ENGLISH, "CR-Q14": vocabulary.LANGUAGES, "CR-S02": vocabulary.LANGUAGES,
    "CR-R04": vocabulary.LANGUAGES, "CR-S03": vocabulary.LANGUAGES, "CR-X04": vocabulary.LANGUAGES,
}
# Languages without spaces between words: no sentence of them is counted in words.
WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "km", "yue"})


def rules_that_did_not_run(brief: Brief, plan: Plan) -> Iterator[Finding]:
    spoken = language.primary(brief.language)
    for rule, languages in LANGUAGES_OF.items():
        if spoken not in languages:
            yield _silent(rule, brief.language, ", ".join(sorted(languages)))
    if not language.can_tell(brief.language):
        yield _silent("CR-R03", brief.language, "languages that can be told apart")
    if spoken in WITHOUT_SPACES:
        for rule in ("CR-R01", "CR-R02", "CR-Q08", "CR-T06"):
            yield _silent(rule, brief.language, "languages with spaces between words")


def _silent(rule: str, tag: str, limit: str) -> Finding:
    return error(
        rule, "", measured=tag, limit=limit, severity=Severity.INFO,
        message=f"{rule} did not run: it does not know the language “{tag}”.",
        advice="Read the course with this rule in mind.",
    )
