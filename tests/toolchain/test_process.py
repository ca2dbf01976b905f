"""The process runner, with real child processes."""

import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.errors import MissingToolError
from wasmfit.toolchain import process, sink
from wasmfit.toolchain.process import ChildCancelledError, ChildTimeoutError, ProcessRunner
from wasmfit.toolchain.sink import LineCutter

run = ProcessRunner().run


def alive(marker: str) -> list[int]:
    """Processes with the marker on their command line, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if marker.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture
def marker() -> str:
    return f"wasmfit-{uuid.uuid4()}"


def tree(marker: str, *, trap: str = "") -> list[str]:
    """A shell, its child and its grandchild, all of which hold stdout and hang."""
    inner = f"{trap} sh -c '{trap} while :; do sleep 1; done # {marker}' & while :; do sleep 1; done"
    return ["sh", "-c", f'{trap} echo up; sh -c "{inner}" {marker} & while :; do sleep 1; done', marker]


def test_output_code_and_time() -> None:
    finished = run(["sh", "-c", "echo out; echo err >&2; echo out again; exit 3"], timeout=10)
    assert finished.code == 3
    assert finished.output == "out\nerr\nout again\n"
    assert 0 < finished.seconds < 10
    assert finished.command.startswith("sh -c 'echo out;")


def test_death_by_signal_is_a_negative_code() -> None:
    assert run(["sh", "-c", "kill -SEGV $$"], timeout=10).code == -signal.SIGSEGV


def test_a_short_command_is_not_slowed_down() -> None:
    started = time.monotonic()
    for _ in range(20):
        run(["true"], timeout=10)
    assert time.monotonic() - started < 1.5


def test_memory_is_bounded_where_it_is_asked_for() -> None:
    hungry = [sys.executable, "-c", "print(len(bytearray(1 << 30)))"]
    assert run(hungry, timeout=30).output == "1073741824\n"
    bounded = run(hungry, timeout=30, memory=512 << 20)
    assert bounded.code == 1
    assert "MemoryError" in bounded.output
    # It holds for what the program starts too.
    again = run(["sh", "-c", '"$0" "$@"', *hungry], timeout=30, memory=512 << 20)
    assert "MemoryError" in again.output


def test_missing_program(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="no-such-program is not installed"):
        run(["no-such-program"], timeout=10)
    with pytest.raises(MissingToolError):
        run([tmp_path / "nothing"], timeout=10)
    with pytest.raises(MissingToolError):
        run(["sh"], timeout=10, env={"PATH": str(tmp_path)})
    (tmp_path / "not-executable").touch()
    with pytest.raises(MissingToolError):
        run(["./not-executable"], timeout=10, cwd=tmp_path)


def test_relative_program_is_found_in_the_working_directory(tmp_path: Path) -> None:
    script = tmp_path / "hello"
    script.write_text("#!/bin/sh\necho hello from $PWD\n")
    script.chmod(0o755)
    assert run(["./hello"], timeout=10, cwd=tmp_path).output == f"hello from {tmp_path}\n"


@pytest.mark.parametrize("environment", [{}, {"A": "1", "B": "two\nlines"}, {"PWD": "/nonsense", "A": ""}])
def test_environment_is_exactly_the_one_given(environment: dict[str, str]) -> None:
    script = "import os; print(repr(sorted(os.environ.items())))"
    output = run([sys.executable, "-I", "-c", script], timeout=10, env=environment).output
    got = dict(eval(output))  # noqa: S307
    got.pop("LC_CTYPE", None)  # Python's own addition
    if "PWD" in environment:
        environment = {**environment, "PWD": got["PWD"]}  # the shell corrects it
    assert got == environment


def test_arguments_arrive_unchanged() -> None:
    arguments = ["", " ", "$HOME", "'", '"', "a\nb", "*", "\\", "-n"]
    script = "import sys; print(repr(sys.argv[1:]))"
    output = run([sys.executable, "-c", script, *arguments], timeout=10).output
    assert eval(output) == arguments  # noqa: S307


def test_stdin_is_empty() -> None:
    assert run(["sh", "-c", "cat; echo done; ls -l /proc/self/fd/0"], timeout=10).output.endswith(
        "/dev/null\n"
    )


def test_nothing_else_is_inherited() -> None:
    output = run(["sh", "-c", "ls /proc/$$/fd"], timeout=10).output
    assert [fd for fd in output.split() if int(fd) < 10] == ["0", "1", "2"]


def test_garbage_bytes(tmp_path: Path) -> None:
    lines: list[str] = []
    log = tmp_path / "log"
    script = "import sys; sys.stdout.buffer.write(bytes(range(256)) + b'\\n\\xff\\xfe end')"
    finished = run([sys.executable, "-c", script], timeout=10, log=log, on_line=lines.append)
    assert "\ufffd" in finished.output
    assert lines[-1] == "\ufffd\ufffd end"
    assert "\ufffd" in log.read_text(encoding="utf-8")


def test_log_has_command_output_and_end(tmp_path: Path) -> None:
    log = tmp_path / "new" / "log"
    run(["sh", "-c", "echo a; echo b >&2; printf c"], timeout=10, log=log)
    run(["false"], timeout=10, log=log)
    lines = log.read_text().splitlines()
    assert lines[:4] == ["$ sh -c 'echo a; echo b >&2; printf c'", "a", "b", "c"]
    assert lines[4].startswith("[exit code 0 after 0.")
    assert lines[5] == "$ false"
    assert lines[6].startswith("[exit code 1 after 0.")


def test_lines_come_while_it_runs() -> None:
    seen: list[tuple[str, float]] = []
    script = "echo one; echo err >&2; sleep 0.5; printf 'two\\r\\n\\nlast'"
    finished = run(
        ["sh", "-c", script], timeout=10, on_line=lambda line: seen.append((line, time.monotonic()))
    )
    assert [line for line, _ in seen] == ["one", "two", "", "last"]
    assert seen[1][1] - seen[0][1] > 0.3
    assert sorted(finished.output.split()) == ["err", "last", "one", "two"]


def test_stdout_can_be_for_the_reader_alone(tmp_path: Path) -> None:
    lines: list[str] = []
    log = tmp_path / "log"
    finished = run(
        ["sh", "-c", "echo data; echo err >&2"], timeout=10, log=log, on_line=lines.append, keep_stdout=False
    )
    assert lines == ["data"]
    assert finished.output == "err\n"
    assert "data\n" not in log.read_text().partition("\n")[2]


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_lines_do_not_depend_on_how_the_bytes_come(pieces: list[bytes]) -> None:
    got: list[str] = []
    cutter = LineCutter(got.append)
    for piece in pieces:
        cutter.take(piece)
    cutter.flush()
    expected = b"".join(pieces).split(b"\n")
    last = expected.pop().removesuffix(b"\r")
    assert got == [
        line.decode(errors="replace")
        for line in [*(e.removesuffix(b"\r") for e in expected), *([last] if last else [])]
    ]


def test_a_crash_leaves_no_core_file() -> None:
    assert run(["sh", "-c", "ulimit -c"], timeout=10).output == "0\n"


def test_echo() -> None:
    said: list[str] = []
    ProcessRunner(echo=said.append).run(["echo", "a b"], timeout=10)
    assert said == ["echo 'a b'"]


def test_timeout_ends_a_hanging_tree(marker: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    started = time.monotonic()
    with pytest.raises(ChildTimeoutError, match=r"sh took longer than 0\.5 s and was ended\.") as caught:
        run(tree(marker), timeout=0.5, log=log)
    assert time.monotonic() - started < 5
    assert caught.value.finished.output == "up\n"
    assert caught.value.finished.code == -signal.SIGTERM
    assert alive(marker) == []
    assert "[sh took longer than 0.5 s and was ended.]" in log.read_text()


def test_timeout_ends_what_ignores_sigterm(marker: str) -> None:
    started = time.monotonic()
    with pytest.raises(ChildTimeoutError):
        run(tree(marker, trap="trap : TERM;"), timeout=0.3)
    assert process.GRACE_S < time.monotonic() - started < process.GRACE_S + 3
    assert alive(marker) == []


def test_a_program_may_tidy_up_when_it_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ChildTimeoutError) as caught:
        run(
            ["sh", "-c", "trap 'echo tidy; exit 7' TERM; while :; do sleep 0.1; done"],
            timeout=0.5,
            cwd=tmp_path,
        )
    assert caught.value.finished.output.endswith("tidy\n")
    assert caught.value.finished.code == 7


def test_what_outlives_the_program_is_ended(marker: str) -> None:
    started = time.monotonic()
    finished = run(["sh", "-c", f"sh -c 'sleep 100; : {marker}' & echo started"], timeout=60)
    assert finished.code == 0
    assert finished.output == "started\n"
    assert time.monotonic() - started < 5
    assert eventually(lambda: alive(marker) == [])


def test_a_silent_leftover_is_ended(marker: str) -> None:
    run(["sh", "-c", f"sh -c 'sleep 100; : {marker}' >/dev/null 2>&1 & :"], timeout=60)
    assert eventually(lambda: alive(marker) == [])


def test_a_program_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    finished = run(["sh", "-c", "exec >&- 2>&-; sleep 0.4; touch made"], timeout=10, cwd=tmp_path)
    assert finished.seconds >= 0.4
    assert (tmp_path / "made").exists()


def test_an_exception_of_the_reader_ends_the_tree(marker: str) -> None:
    calls: list[str] = []

    def fail(line: str) -> None:
        calls.append(line)
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        run(tree(marker), timeout=60, on_line=fail)
    assert alive(marker) == []
    assert calls == ["up"]


def test_cancel_from_another_thread(marker: str) -> None:
    cancel = threading.Event()
    timer = threading.Timer(0.5, cancel.set)
    timer.start()
    with pytest.raises(ChildCancelledError, match="as asked") as caught:
        ProcessRunner(cancel=cancel).run(tree(marker), timeout=60)
    timer.join()
    assert caught.value.finished.seconds < 10
    assert caught.value.finished.output == "up\n"
    assert alive(marker) == []
    with pytest.raises(ChildCancelledError, match="not started"):
        ProcessRunner(cancel=cancel).run(["true"], timeout=60)


def test_many_at_once(tmp_path: Path) -> None:
    results: dict[int, str] = {}

    def one(number: int) -> None:
        script = f"for i in 1 2 3 4 5; do echo {number}; sleep 0.0{number % 7}; done"
        results[number] = run(["sh", "-c", script], timeout=60, log=tmp_path / f"{number}").output

    threads = [threading.Thread(target=one, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"{number}\n" * 5 for number in range(24)}


CHANGES_ITS_ENVIRONMENT = """
import os, threading
from wasmfit.toolchain.process import ProcessRunner
run = ProcessRunner().run

def change():
    number = 0
    while not over.is_set():
        number += 1
        os.environ[f"OF_ANOTHER_THREAD_{number % 512}"] = "x" * (number % 64)
        os.environ.pop(f"OF_ANOTHER_THREAD_{(number * 7) % 512}", None)

over = threading.Event()
threads = [threading.Thread(target=change) for _ in range(2)]
for thread in threads:
    thread.start()
try:
    for _ in range(300):
        assert run(["true"], timeout=20).code == 0
finally:
    over.set()
"""


def test_a_child_starts_while_other_threads_change_the_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHANGES_ITS_ENVIRONMENT], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_no_file_descriptor_is_leaked() -> None:
    run(["true"], timeout=10)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run(["true"], timeout=10, on_line=lambda _line: None)
        with pytest.raises(ChildTimeoutError):
            run(["sleep", "10"], timeout=0.05)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_two_hundred_megabytes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = "x" * 1023
    count = 200 * 1024
    lines = 0

    def on_line(text: str) -> None:
        nonlocal lines
        lines += text == line

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    script = f"print('begin'); [print('x' * 1023) for _ in range({count})]; print('end')"
    finished = run([sys.executable, "-c", script], timeout=120, log=log, on_line=on_line)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert finished.code == 0
    assert lines == count
    assert finished.output.endswith("\nend\n")
    assert len(finished.output) <= sink.TAIL_BYTES
    assert grown < 32 * 1024, "KiB"
    assert sink.LOG_BYTES < log.stat().st_size < sink.LOG_BYTES + 1000
    assert "[output beyond 64 MiB is left out]" in log.read_text()[-500:]


def test_endless_output_in_one_line_ends_at_the_timeout(tmp_path: Path) -> None:
    longest = 0

    def on_line(text: str) -> None:
        nonlocal longest
        longest = max(longest, len(text))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ChildTimeoutError):
        run(["cat", "/dev/zero"], timeout=1, on_line=on_line, log=tmp_path / "log")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
    assert 0 < longest <= sink.LINE_BYTES + 64 * 1024


PARENT = """
import sys, threading
from wasmfit.toolchain.process import ProcessRunner
run = ProcessRunner().run
marker, trap = sys.argv[1:]
script = trap + " sh -c '" + trap + " while :; do sleep 1; done # " + marker + "' & while :; do sleep 1; done"
def one():
    run(["sh", "-c", script, marker], timeout=1000)
for _ in range(3):
    threading.Thread(target=one, daemon=True).start()
print("up", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("trap", ["", "trap : TERM HUP INT;"])
def test_killed_parent_leaves_nothing_behind(marker: str, trap: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, marker, trap], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    assert eventually(lambda: len(alive(marker)) == 7), alive(marker)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: alive(marker) == []), alive(marker)


def test_parent_killed_at_any_moment_leaves_nothing_behind(marker: str) -> None:
    """Also in the moment between the child's start and its registration."""
    chance = random.Random(1)  # noqa: S311
    for _ in range(15):
        parent = subprocess.Popen([sys.executable, "-c", PARENT, marker, ""], stdout=subprocess.PIPE)
        assert parent.stdout is not None
        parent.stdout.readline()
        time.sleep(chance.random() * 0.02)
        parent.kill()
        parent.wait()
        parent.stdout.close()
    assert eventually(lambda: alive(marker) == []), alive(marker)


def test_parent_that_ends_leaves_no_watchdog(marker: str) -> None:
    script = f"""
        from wasmfit.toolchain.process import ProcessRunner
        run = ProcessRunner().run
        from wasmfit.toolchain.watchdog import WATCHDOG
        run(["true"], timeout=5)
        print(WATCHDOG._process.pid)  # {marker}
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert not Path(f"/proc/{int(done.stdout)}").exists()


def test_fork_without_exec_does_not_keep_the_watchdog_waiting(marker: str) -> None:
    script = """
        import os, sys, threading, time
        from wasmfit.toolchain.process import ProcessRunner
        run = ProcessRunner().run
        marker = sys.argv[1]
        def child():
            run(["sh", "-c", "sleep 100; :", marker], timeout=1000)
        threading.Thread(target=child, daemon=True).start()
        time.sleep(0.5)
        if os.fork() == 0:
            sys.argv[1] = ""
            run(["true"], timeout=5)
            os.execvp("sleep", ["sleep", "3"])
        time.sleep(0.5)
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), marker], check=False)
    assert eventually(lambda: [pid for pid in alive(marker) if b"sleep 100" in cmdline(pid)] == [], 2)


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""


def test_a_killed_watchdog_is_replaced_and_told_of_what_lives(marker: str) -> None:
    script = """
        import os, sys, threading, time
        from wasmfit.toolchain.process import ProcessRunner
        run = ProcessRunner().run
        from wasmfit.toolchain.watchdog import WATCHDOG
        marker = sys.argv[1]
        def child():
            run(["sh", "-c", "sleep 100; :", marker], timeout=1000)
        threading.Thread(target=child, daemon=True).start()
        time.sleep(0.5)
        os.kill(WATCHDOG._process.pid, 9)
        time.sleep(0.2)
        assert run(["true"], timeout=5).code == 0
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), marker], check=False)
    assert eventually(lambda: alive(marker) == [], 3), alive(marker)
