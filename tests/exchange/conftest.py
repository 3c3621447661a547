from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange.partners import Remote


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    running = Remote(tmp_path)
    yield running
    running.stop()
