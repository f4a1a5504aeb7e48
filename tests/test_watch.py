"""`auditbook watch`: a saved change shows at once; a faulty file is told and ends nothing."""

import os
import signal
import subprocess
import time

import damage
from conftest import AUDITBOOK, own_project

CASE = damage.CASE


def test_a_saved_change_shows_and_a_fault_ends_nothing(tmp_path):
    project = own_project(tmp_path / "auditbook")
    said, faults = tmp_path / "said", tmp_path / "faults"
    environment = {k: v for k, v in os.environ.items() if k != "AUDITBOOK_WORKSPACE"} | {
        "PYTHONUNBUFFERED": "1"
    }
    with said.open("w") as out, faults.open("w") as err:
        watcher = subprocess.Popen(
            [AUDITBOOK, "watch", CASE],
            cwd=project,
            env=environment,
            stdout=out,
            stderr=err,
        )
    framework = project / "params" / "frameworks" / "yueyang-2018.yaml"
    text = framework.read_text(encoding="utf-8")

    def until(done):
        limit = time.monotonic() + 90
        while not done():
            assert watcher.poll() is None, faults.read_text()
            assert time.monotonic() < limit, said.read_text() + faults.read_text()
            time.sleep(0.05)

    try:
        until(lambda: "满分 100 分" in said.read_text() and "报告：" in said.read_text())
        scores = project / "data" / "processed" / CASE / "scores.csv"
        assert "staff_control_rate,5,5,5,5" in scores.read_text()
        one, two = (
            "points: 5\n    rule:\n      deduct: {limit: 100%",
            "points: 5\n    rule:\n      deduct: {limit: 0%",
        )
        assert one in text and two in text
        framework.write_text(
            text.replace(one, one.replace("5", "4", 1)).replace(two, two.replace("5", "6", 1))
        )
        until(lambda: "staff_control_rate,4,4,4,4" in scores.read_text())
        until(lambda: "重做：findings、report" in said.read_text())
        framework.write_text(text.replace("points: 5", "pionts: 5"))
        until(lambda: "不认识的键“pionts”" in faults.read_text() or "pionts" in faults.read_text())
        framework.write_text(text)
        until(lambda: "staff_control_rate,5,5,5,5" in scores.read_text())
    finally:
        watcher.terminate()  # not Ctrl-C: a test run in the background inherits that it is ignored
        code = watcher.wait(timeout=30)
    assert code == -signal.SIGTERM
    assert "Traceback" not in faults.read_text()
