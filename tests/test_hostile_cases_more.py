"""The second half of the hostile files, so that two workers share them."""

import pytest
from hostile_files import Maker
from hostile_runs import many

BATCH = 500


@pytest.mark.whole
@pytest.mark.parametrize("batch", range(10, 20))
def test_hostile_files(tmp_path, monkeypatch, counted, batch):
    maker = Maker(tmp_path)
    monkeypatch.chdir(maker.project)
    found = many(maker, range(batch * BATCH, (batch + 1) * BATCH), counted)
    assert found["read"] > 10 and found["refused"] > 100, found
