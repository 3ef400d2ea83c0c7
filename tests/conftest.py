"""What holds for every test: nobody's own configuration or measured CPU changes a result."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def no_personal_configuration(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield
