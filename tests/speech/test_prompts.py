"""Prompts and hotwords that are too long for the decoder."""

import pytest
from tokenizers import Tokenizer

from aiec.speech.prompts import HOTWORD_TOKENS, PROMPT_TOKENS, fit_prompts
from aiec.speech.settings import Decoding

WORDS = " ".join(f"word{i}" for i in range(300))


@pytest.fixture(scope="module")
def tokenizer(tiny_en):
    return Tokenizer.from_file(str(tiny_en / "tokenizer.json"))


def tokens(text, tokenizer):
    """How many tokens a text has."""
    return len(tokenizer.encode(" " + text, add_special_tokens=False).ids)


def test_short_ones_stay_as_they_are(tokenizer):
    asked = Decoding(initial_prompt="A talk.", hotwords="Ryzen")
    assert fit_prompts(asked, tokenizer) == (asked, ())
    assert fit_prompts(Decoding(), tokenizer) == (Decoding(), ())


def test_prompt_keeps_its_end(tokenizer):
    fitted, cuts = fit_prompts(Decoding(initial_prompt=WORDS), tokenizer)
    assert str(fitted.initial_prompt).endswith("word298 word299")
    assert PROMPT_TOKENS - 3 <= tokens(fitted.initial_prompt, tokenizer) <= PROMPT_TOKENS
    (cut,) = cuts
    assert cut == f"the prompt is {tokens(WORDS, tokenizer)} tokens long; the last 223 are used"


def test_hotwords_keep_their_beginning(tokenizer):
    fitted, cuts = fit_prompts(Decoding(hotwords=WORDS), tokenizer)
    assert str(fitted.hotwords).startswith("word0 word1 word2")
    assert tokens(fitted.hotwords, tokenizer) == PROMPT_TOKENS
    assert cuts[0].endswith("tokens long; the first 223 are used")


def test_both_share_what_there_is(tokenizer):
    fitted, cuts = fit_prompts(Decoding(initial_prompt=WORDS, hotwords=WORDS), tokenizer)
    assert tokens(fitted.hotwords, tokenizer) == HOTWORD_TOKENS
    both = HOTWORD_TOKENS + tokens(fitted.initial_prompt, tokenizer)
    assert PROMPT_TOKENS - 3 <= both <= PROMPT_TOKENS
    assert len(cuts) == 2


def test_hotwords_leave_room_for_the_text_before(tokenizer):
    asked = Decoding(hotwords=WORDS, batch_size=1, condition_on_previous_text=True)
    assert tokens(fit_prompts(asked, tokenizer)[0].hotwords, tokenizer) == HOTWORD_TOKENS


def test_letters_are_not_torn(tokenizer):
    fitted, _ = fit_prompts(Decoding(initial_prompt="音" * 200, hotwords="声" * 200), tokenizer)
    assert set(str(fitted.initial_prompt)) == {"音"}
    assert set(str(fitted.hotwords)) == {"声"}


@pytest.mark.parametrize("batch_size", [1, 8])
def test_transcribing_with_both(aiec, clip, tmp_path, batch_size):
    asked = ("--initial_prompt", WORDS, "--hotwords", WORDS, "--batch_size", batch_size)
    model = ("--model", "tiny.en", "--device", "cpu", "-f", "txt", "-o", tmp_path)
    status, _, err = aiec("transcribe", clip, *model, *asked, "--temperature", 1)
    assert status == 0
    assert [line.startswith("aiec: note: ") for line in err] == [True, True]
