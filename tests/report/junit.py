"""What a JUnit report may look like: elements and attributes that Jenkins' schema allows, and their order.

Written down from its documentation, since there is no package that carries the schema. What others make of a
report is asked of a reader of theirs.
"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from junitparser import Error, Failure, JUnitXml, TestSuite

_COUNTS = {"tests", "failures", "errors", "time", "name", "disabled"}
_ATTRIBUTES = {
    "testsuites": _COUNTS,
    "testsuite": _COUNTS | {"skipped", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "classname", "time", "assertions", "status"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set[str](),
    "system-err": set[str](),
}
_REQUIRED = {"testsuite": {"name", "tests"}, "testcase": {"name"}}
_CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "testcase": ["skipped", "error", "failure", "system-out", "system-err"],
}


def is_junit(text: str) -> None:
    """Asserts that a text is a JUnit report whose counts are those of its cases."""
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "testsuites"
    _check(root)
    for suite in root:
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("errors") == str(len(suite.findall("testcase/error")))
    _reads_the_same(root, JUnitXml.fromstring(text))


def _reads_the_same(root: Element, report: JUnitXml) -> None:
    """Asserts that a reader of JUnit reports finds the cases, their ends and their words."""
    assert isinstance(report, JUnitXml)
    for element, suite in zip(root, report, strict=True):
        assert isinstance(suite, TestSuite)
        found = [
            (case.classname, case.name, [(type(end), end.message, end.text) for end in case.result])
            for case in suite
        ]
        ends = {"failure": Failure, "error": Error}
        assert found == [
            (
                case.get("classname"),
                case.get("name"),
                [(ends[end.tag], end.get("message"), end.text) for end in case if end.tag in ends],
            )
            for case in element
        ]
        counted = (suite.tests, suite.failures, suite.errors)
        suite.update_statistics()  # type: ignore[no-untyped-call]
        assert counted == (suite.tests, suite.failures, suite.errors)


def _check(element: Element) -> None:
    assert set(element.keys()) <= _ATTRIBUTES[element.tag], element.attrib
    assert set(element.keys()) >= _REQUIRED.get(element.tag, set())
    for name in ("tests", "failures", "errors", "skipped"):
        assert element.tag == "testcase" or element.get(name, "0").isdecimal()
    float(element.get("time", "0"))
    order = _CHILDREN.get(element.tag, [])
    places = [order.index(child.tag) for child in element]
    assert places == sorted(places)
    for child in element:
        _check(child)
