"""The other half of the hostile files, so that two workers share them."""

import pytest
from hostile_files import Maker
from hostile_runs import BATCH, BATCHES, many


@pytest.mark.whole
@pytest.mark.parametrize("batch", range(BATCHES // 2 - 1, BATCHES))
def test_hostile_files(tmp_path, monkeypatch, counted, batch):
    maker = Maker(tmp_path)
    monkeypatch.chdir(maker.project)
    monkeypatch.setenv("AUDITBOOK_WORKSPACE", str(maker.project / "nothing"))
    found = many(maker, range(batch * BATCH, (batch + 1) * BATCH), counted)
    assert found["read"] > 10 and found["refused"] > 100 and found["computed"], found
    assert not (maker.project / "nothing").exists()
