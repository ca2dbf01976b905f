"""What features are, as data, and what becomes of the W3C suite's assertions on a runtime."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from .base import Record
from .dependency import Dependency


class Selection(Record):
    """Assertions of one part of the suite.

    Attributes:
        part: A version of the suite (``v1``, ``v2``, ``v3``) or a proposal.
        files: Patterns of the names of its files.
        needs: Only where the module needs one of these of WebAssembly beyond 1.0; any module if empty.
        uses: Only where the function that is called uses one of these itself, or, where none is called, the
            module needs one.
        without: Only where the module needs none of these.
        expects: Only where one of these is expected (``invalid``, ``malformed``…); anything if empty.
    """

    part: str
    files: tuple[str, ...] = ("*",)
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    expects: frozenset[str] = frozenset()


class Group(StrEnum):
    """What a feature is of.

    Attributes:
        WEBASSEMBLY: The language: what modules may hold.
        BEHAVIOUR: What becomes of a device that runs modules.
    """

    WEBASSEMBLY = "webassembly"
    BEHAVIOUR = "behaviour"


class Feature(Record):
    """A feature, and the assertions that stand for it.

    Attributes:
        name: Name on the command line.
        title: Heading of its row.
        group: The table that the row is of.
        selections: Its assertions; those of one part at the most once.
        precondition: Where something must hold for refusals to count; without it, one of the assertions
            must be more than a refusal.
        unmeasurable: Why the suite says nothing of it, where it does not.
    """

    name: str
    title: str
    group: Group = Group.WEBASSEMBLY
    selections: tuple[Selection, ...] = ()
    precondition: Selection | None = None
    unmeasurable: str | None = None

    @model_validator(mode="after")
    def _is_measured_or_not(self) -> "Feature":
        if bool(self.selections) == bool(self.unmeasurable):
            raise ValueError("a feature has selections, or a reason why it is unmeasurable")
        return self


class Excluded(Record):
    """Assertions that are left out, of one file.

    Attributes:
        part, file, lines: Where they stand.
        reason: Why, as the end of "left out: 3 ...".
    """

    part: str
    file: str
    lines: tuple[int, ...]
    reason: str


class Features(Record):
    """All features, in the order in which they are shown.

    Attributes:
        suite: Where the assertions come from, in words.
        excluded: What is left out in addition to what :class:`Selection` does not select.
        dependencies: Cargo dependencies of the program that reads the suite.
        features: The features.
    """

    suite: str
    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    excluded: tuple[Excluded, ...] = ()
    features: tuple[Feature, ...]


class AssertionOutcome(StrEnum):
    """What became of an assertion.

    Attributes:
        PASSED: It holds.
        FAILED: It does not: something else came out.
        TRAPPED: It does not: WebAssembly trapped.
        REFUSED: It could not be tried: runtime or host step took the module, an import or a value for nothing
            they know.
        CRASHED: The firmware ended in it.
        OUT_OF_MEMORY: The heap refused a request, with all the memory that the emulated machine has.
        TIMED_OUT: It took more instructions than the budget allows.
        NOT_RUN: An earlier action that it builds on ended the firmware.
    """

    PASSED = "passed"
    FAILED = "failed"
    TRAPPED = "trapped"
    REFUSED = "refused"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    TIMED_OUT = "timed-out"
    NOT_RUN = "not-run"

    @property
    def letter(self) -> str:
        """One letter for it; no two have the same."""
        return _LETTERS[self]

    @staticmethod
    def of(letter: str) -> "AssertionOutcome":
        """The outcome with that letter.

        Raises:
            KeyError: There is none.
        """
        return _BY_LETTER[letter]


_LETTERS = {
    AssertionOutcome.PASSED: ".",
    AssertionOutcome.FAILED: "F",
    AssertionOutcome.TRAPPED: "T",
    AssertionOutcome.REFUSED: "R",
    AssertionOutcome.CRASHED: "C",
    AssertionOutcome.OUT_OF_MEMORY: "M",
    AssertionOutcome.TIMED_OUT: "L",
    AssertionOutcome.NOT_RUN: "N",
}
_BY_LETTER = {letter: outcome for outcome, letter in _LETTERS.items()}


class FileOutcomes(Record):
    """A file's assertions.

    Attributes:
        file: Its name.
        outcomes: A letter for each assertion, in the order of the script.
        words: Assertion, counted from 0 → place in :attr:`PartOutcomes.words`.
        numbers: Assertion → bytes, or instructions, where it is one that measures.
    """

    file: str
    outcomes: str = Field(pattern=r"^[.FTRCMLN]*$")
    words: dict[int, int] = Field(default_factory=dict)
    numbers: dict[int, int] = Field(default_factory=dict)


class PartOutcomes(Record):
    """What a runtime made of one part of the suite, on one board in one profile.

    Attributes:
        id: ``runtime@version/part/board/base/profile``.
        part: The part.
        files: Its files, in order; empty where it was not run.
        words: What was said of assertions that do not hold: each sentence once.
        reason: Why it was not run.
        instructions: Executed in all.
        runs: Times that the emulator was started: once, and once more after every crash.
        seconds: Wall-clock time of the emulation.
        elf, elf_sha256: The image that ran.
        tools: Tool → version.
        wasmfit: Version of wasmfit.
        measured_at: UTC time, ISO 8601.
        replay: The command that measures it again.
        log: Path of its log.
    """

    id: str
    part: str
    files: tuple[FileOutcomes, ...] = ()
    words: tuple[str, ...] = ()
    reason: str | None = None
    instructions: int = 0
    runs: int = 0
    seconds: float = 0.0
    elf: str | None = None
    elf_sha256: str | None = None
    tools: dict[str, str] = Field(default_factory=dict)
    wasmfit: str
    measured_at: str
    replay: str
    log: str | None = None


class FeatureVerdict(StrEnum):
    """Whether a runtime has a feature.

    Attributes:
        YES: All its assertions hold.
        PARTLY: Some do, and at least one of them ran code to its end, or loaded what must load.
        NO: None does that ran anything to its end; refusing everything refuses what is wrong as well.
        UNMEASURABLE: Nothing could be tried here.
    """

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNMEASURABLE = "unmeasurable"


class FeatureEvidence(Record):
    """Something measured along with a feature.

    Attributes:
        what: What was done.
        number: What came of it.
        unit: ``B`` or ``instructions``.
        words: What was said, if anything.
    """

    what: str
    number: int
    unit: Literal["B", "instructions"]
    words: str | None = None


class FeatureMeasured(Record):
    """A feature of a runtime.

    Attributes:
        feature: Its name.
        verdict: Whether it is there.
        passed: Assertions that hold.
        total: All of them.
        reason: What stands in the way: why it is not measurable, or what became of the assertions that do
            not hold; ``None`` if all do.
        outcomes: Outcome → number.
        group: What it is of.
        evidence: What was measured along with it.
    """

    feature: str
    verdict: FeatureVerdict
    passed: int = 0
    total: int = 0
    reason: str | None = None
    outcomes: dict[AssertionOutcome, int] = Field(default_factory=dict)
    group: Group = Group.WEBASSEMBLY
    evidence: tuple[FeatureEvidence, ...] = ()


class ClaimMismatch(Record):
    """Where a runtime's documents and the measurement disagree.

    Attributes:
        feature: Of what.
        claimed: What the document says.
        source: The document.
        measured: What was found.
    """

    feature: str
    claimed: Literal["yes", "partly", "no"]
    source: str
    measured: FeatureVerdict


class RuntimeFeatures(Record):
    """A runtime's features, on one board in one profile.

    Attributes:
        runtime, version, board, profile: Which.
        features: In the catalogue's order.
        differences: Where the runtime's documents say something else.
        measured_at: UTC time, ISO 8601: when the newest of what the verdicts rest on was measured.
    """

    runtime: str
    version: str
    board: str
    profile: str
    features: tuple[FeatureMeasured, ...]
    differences: tuple[ClaimMismatch, ...] = ()
    measured_at: str = ""


class Failing(Record):
    """An assertion that does not hold.

    Attributes:
        runtime, version: Of which runtime.
        feature: Of which feature.
        part, file, line: Where it stands in the suite.
        outcome: What became of it.
        action: What was done.
        expected: What had to come of it.
        got: What came.
    """

    runtime: str
    version: str
    feature: str
    part: str
    file: str
    line: int
    outcome: AssertionOutcome
    action: str
    expected: str
    got: str
