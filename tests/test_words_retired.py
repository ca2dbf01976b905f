"""Words that the glossary has retired stay out of pages and messages; the list of exceptions shrinks."""

import re

import pytest

from .retired import PLAIN, ROOT, TERMS, exceptions, messages, used, words

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in GLOSSARY.splitlines()
    if line.startswith("| ")
][2:]


def test_the_glossary_has_each_term_once_in_order() -> None:
    terms = [term.casefold() for term, *_ in ROWS]
    assert len(terms) > 70
    assert terms == sorted(set(terms))


def test_what_is_retired_is_in_the_glossary() -> None:
    before = " ".join(row[2] for row in ROWS)
    assert [word for word in TERMS if not re.search(rf"\b{word}\b", before)] == []


def test_no_term_of_the_glossary_is_retired() -> None:
    assert [term for term, *_ in ROWS if words(term)] == []
    assert [meaning for _, meaning, _ in ROWS if words(re.sub(r"`[^`]*`", "", meaning))] == []


def test_retired_words_are_not_used() -> None:
    allowed = exceptions()
    found = {file: sorted(set(retired) - set(allowed.get(file, ()))) for file, retired in used().items()}
    assert {file: retired for file, retired in found.items() if retired} == {}


def test_the_list_of_exceptions_shrinks() -> None:
    still = used()
    gone = {file: sorted(set(retired) - set(still.get(file, ()))) for file, retired in exceptions().items()}
    assert {file: retired for file, retired in gone.items() if retired} == {}, "run `python -m tests.retired`"


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ('"""Beside it."""\nx = "beside"\n', []),
        ('raise E(f"The file {x} beside it is missing.")\n', ["The file ", " beside it is missing."]),
        ('x = "what `beside it` says"\n', ["what   says"]),
    ],
)
def test_messages_are_sentences(source: str, sentences: list[str]) -> None:
    assert list(messages(source)) == sentences


def test_words_are_found() -> None:
    assert words("Beside a twin, held\nagainst the others' figures; insides are fine") == [
        "beside",
        "held against",
        "twin",
    ]
    assert words("besides, twine") == []
    assert set(PLAIN.values()).isdisjoint(PLAIN)
