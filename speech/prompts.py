"""Prompts and hotwords as long as the decoder can take them.

Where it stands: used by the batch before anything is decoded. Whisper's decoder has 448 positions
for what it is told and what it writes; what it is told may take half of them.
"""

from __future__ import annotations

from dataclasses import replace

from tokenizers import Tokenizer

from aiec.speech.settings import Decoding

# Half of the decoder's 448 positions, less the token that begins a prompt, as openai-whisper cuts
# prompts (whisper/decoding.py, DecodingTask._get_initial_tokens).
PROMPT_TOKENS = 223
HOTWORD_TOKENS = PROMPT_TOKENS // 2  # where a prompt or the text before wants the rest


def fit_prompts(decoding: Decoding, tokenizer: Tokenizer) -> tuple[Decoding, tuple[str, ...]]:
    """The settings with prompt and hotwords cut to what fits, and a sentence for each cut.

    Hotwords keep their beginning, as in faster-whisper; a prompt keeps its end, as in Whisper: the
    recording goes on from there.
    """
    prompt, hotwords = decoding.initial_prompt, decoding.hotwords
    shared = prompt is not None or decoding.condition_on_previous_text
    cuts = []
    if hotwords and (n := _count(hotwords, tokenizer)) > (
        limit := HOTWORD_TOKENS if shared else PROMPT_TOKENS
    ):
        hotwords = _first(hotwords, limit, tokenizer)
        cuts.append(f"hotwords are {n} tokens long; the first {limit} are used")
    left = PROMPT_TOKENS - (_count(hotwords, tokenizer) if hotwords else 0)
    if prompt and (n := _count(prompt, tokenizer)) > left:
        prompt = _last(prompt, left, tokenizer)
        cuts.append(f"the prompt is {n} tokens long; the last {left} are used")
    return replace(decoding, initial_prompt=prompt, hotwords=hotwords), tuple(cuts)


def _count(text: str, tokenizer: Tokenizer) -> int:
    return len(_ids(text, tokenizer))


def _ids(text: str, tokenizer: Tokenizer) -> list[int]:
    """Tokens of `text` as faster-whisper makes them, with a space before."""
    return tokenizer.encode(" " + text.strip(), add_special_tokens=False).ids


def _first(text: str, limit: int, tokenizer: Tokenizer) -> str:
    """The longest beginning of at most `limit` tokens; a torn character at its end is left out."""
    return tokenizer.decode(_ids(text, tokenizer)[:limit]).rstrip("\ufffd").strip()


def _last(text: str, limit: int, tokenizer: Tokenizer) -> str:
    return tokenizer.decode(_ids(text, tokenizer)[-limit:]).lstrip("\ufffd").strip()
