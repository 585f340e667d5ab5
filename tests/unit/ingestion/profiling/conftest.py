from pathlib import Path

import pytest
from samples import Samples


@pytest.fixture
def samples(tmp_path: Path) -> Samples:
    return Samples(tmp_path)
