"""What was found wrong of a runtime, among the facts that come with its measurements."""

from wasmfit.model import Measurement

FAULTS_PAGE = "docs/disagreements.md"
"""Where findings are explained; a fact that names it is one."""


def known_fault(measurement: Measurement) -> str | None:
    """What was found wrong of the version that was measured, as a clause; ``None`` if nothing was."""
    clauses = measurement.facts.get("notes", "").split("; ")
    found = [clause for clause in clauses if FAULTS_PAGE in clause and clause.startswith(measurement.version)]
    return "; ".join(clause.removeprefix(measurement.version).lstrip(": ") for clause in found) or None
