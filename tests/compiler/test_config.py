from pathlib import Path

import pytest

from aiec.config import load_options
from aiec.ir.errors import OptionError
from aiec.ir.options import Options


def test_defaults() -> None:
    assert load_options() == Options()


def test_file_in_the_working_directory() -> None:
    Path("aiec.toml").write_text('device = "cpu"\nforce_cpu = ["blocks.0.*"]\ndry_run = true\n')
    assert load_options() == Options(device="cpu", force_cpu=("blocks.0.*",), dry_run=True)


def test_file_of_the_user(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "aiec"
    folder.mkdir()
    (folder / "aiec.toml").write_text('device = "sim"\n')
    assert load_options().device == "sim"
    Path("aiec.toml").write_text('device = "cpu"\n')
    assert load_options().device == "cpu"


def test_file_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('device = "sim:npu1"\n')
    Path("aiec.toml").write_text('device = "cpu"\n')
    monkeypatch.setenv("AIE_CONFIG", str(path))
    assert load_options().device == "sim:npu1"


def test_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_CONFIG", "gone.toml")
    with pytest.raises(OptionError) as caught:
        load_options()
    assert str(caught.value) == (
        "configuration file gone.toml does not exist; at environment variable AIE_CONFIG"
    )


def test_call_beats_environment_beats_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("aiec.toml").write_text('device = "cpu"\npartition = "cpu-all"\nmlir_aie = "E1"\n')
    monkeypatch.setenv("AIE_DEVICE", "sim:npu1")
    monkeypatch.setenv("AIE_PARTITION", "npu-all")
    options = load_options({"device": "sim:npu2"})
    assert options.device == "sim:npu2"
    assert options.partition == "npu-all"
    assert options.mlir_aie == "E1"


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("no", False)])
def test_environment_booleans(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("AIE_REQUIRE_NPU", text)
    assert load_options().require_npu is value


def test_environment_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_MEMORY_MB", "512")
    assert load_options().memory_mb == 512
    monkeypatch.setenv("AIE_MEMORY_MB", "much")
    with pytest.raises(
        OptionError, match="cannot be 'much'; at environment variable AIE_MEMORY_MB"
    ):
        load_options()


def test_environment_lists_and_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_FORCE_NPU", "addmm_3, blocks.1.*")
    monkeypatch.setenv("AIE_DUMP_DIR", "out")
    assert load_options() == Options(force_npu=("addmm_3", "blocks.1.*"), dump_dir=Path("out"))


def test_unknown_variable(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be another tool's."""
    monkeypatch.setenv("AIE_DEVISE", "cpu")
    assert load_options() == Options()
    (message,) = caplog.messages
    assert message.startswith(
        "unknown environment variable AIE_DEVISE is not regarded; expected 'AIE_DEVICE'? (one of"
    )


def test_wrong_value_in_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_DRY_RUN", "maybe")
    with pytest.raises(OptionError) as caught:
        load_options()
    assert str(caught.value) == (
        "option 'dry_run' cannot be 'maybe'; at environment variable AIE_DRY_RUN; "
        "expected True or False"
    )


def test_unknown_key_in_file() -> None:
    Path("aiec.toml").write_text('# mine\n\npartition = "cost"\n"divice" = "cpu"\n')
    with pytest.raises(
        OptionError, match=r"^unknown option 'divice'; at aiec.toml:4; expected 'device'\?"
    ):
        load_options()


def test_table_in_file() -> None:
    Path("aiec.toml").write_text("dry_run = true\n[backend]\nx = 1\n")
    with pytest.raises(OptionError, match=r"^unknown option 'backend'; at aiec.toml:2; "):
        load_options()


def test_wrong_value_in_file() -> None:
    Path("aiec.toml").write_text("\ndevice = 3\n")
    with pytest.raises(OptionError) as caught:
        load_options()
    assert str(caught.value) == "option 'device' cannot be 3; at aiec.toml:2; expected a string"


def test_file_that_is_not_toml() -> None:
    Path("aiec.toml").write_text("device = \n")
    with pytest.raises(
        OptionError, match=r"^cannot read configuration file aiec.toml: .*\(at line 1, column"
    ):
        load_options()


def test_unknown_option_of_the_call() -> None:
    with pytest.raises(ValueError, match=r"^unknown option 'devcie'; expected 'device'\?"):
        load_options({"devcie": "cpu"})


def test_variables_that_others_read_are_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_CXX", "c++")
    assert load_options() == Options()
