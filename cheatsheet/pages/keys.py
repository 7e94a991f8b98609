"""The keys of pages: a hash of all that a page is made from. Keys are made without what makes pages."""

from __future__ import annotations

from hashlib import blake2b

from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.catalogue.reports import EntryReport
from cheatsheet.language.authored import AuthoredDerivation
from cheatsheet.language.declared import declarations_text
from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.glossary import FILE as GLOSSARY
from cheatsheet.language.glossary import Text
from cheatsheet.packaged import PACKAGE, engine_version

LAWS = PACKAGE / "derivatives" / "rules" / "laws.yaml"


class PageKeys:
    """The keys of pages: all that a page is made from, the number of the entry apart."""

    def __init__(self, layout: str | None) -> None:
        words = blake2b(GLOSSARY.read_bytes() + LAWS.read_bytes(), digest_size=12).hexdigest()
        self.prefix = f"{engine_version()}\0{words}\0{layout}\0"

    def key(self, report: EntryReport) -> str:
        entry = report.entry
        verdicts = [{**r.verdict.to_json(), "seconds": 0} for r in report.claims]
        parts = (
            (
                entry.id,
                _both(entry.name),
                _both(entry.note),
                entry.tags,
                entry.aliases,
                entry.source,
                entry.show,
                entry.layout,
            ),
            list((entry.example or {}).items()),
            [_meaning(claim) for claim in entry.all_claims],
            [_both(pitfall.why) for pitfall in entry.pitfalls],
            _declared(entry),
            [_written(derivation) for derivation in entry.derivations],
            verdicts,
        )
        return blake2b((self.prefix + repr(parts)).encode(), digest_size=16).hexdigest()


def _both(words: Text | None) -> tuple[str, str] | None:
    return None if words is None else (words.zh, words.en)


def _meaning(claim: Claim) -> tuple[object, ...]:
    return claim.text, claim.meaning, list(claim.scope.declared(claim.text).symbols)


def _written(derivation: AuthoredDerivation) -> tuple[object, ...]:
    """What an authored derivation says, with the claims that it cites."""
    lines = [
        (line.passage.text, [rule.text for rule in line.by], line.label, _both(line.words))
        for line in derivation.lines
    ]
    claims = {said: lemma.claim for said, lemma in derivation.lemmas.items()}
    cited = [(said, _meaning(claim)) for said, claim in claims.items() if isinstance(claim, Claim)]
    names = [(said, _both(lemma.name)) for said, lemma in derivation.lemmas.items()]
    own = [(name, passage.text) for name, passage in derivation.own.items()]
    return derivation.numbers, derivation.style, own, lines, cited, names


def _declared(entry: Entry) -> tuple[object, ...]:
    return declarations_text(Declarations(dict(entry.given))), list(entry.given), list(entry.let.items())
