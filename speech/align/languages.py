"""Which acoustic model aligns which language, by the names that WhisperX knows them by.

Where it stands: read by `load.py`. Sources: whisperx/alignment.py 3.8.6 for the two tables of
defaults; torchaudio/pipelines (2.8) for file names, labels and rows that no label stands for.
"""

from __future__ import annotations

from dataclasses import dataclass

URL = "https://download.pytorch.org/torchaudio/models/"  # torchaudio/pipelines/_wav2vec2/utils.py


@dataclass(frozen=True, slots=True)
class Bundle:
    """One of torchaudio's wav2vec2 models.

    Attributes:
        file: its name in torch's cache and on its server.
        labels: the character of each row of the head after the blank.
        unused: rows that are taken out of the stored head first.
        normalize: the sound is brought to mean 0 and deviation 1.
    """

    file: str
    labels: str
    unused: tuple[int, ...] = (1, 2, 3)
    normalize: bool = False

    @property
    def dictionary(self) -> dict[str, int]:
        """Characters in lower case and their columns; `-` is the blank."""
        return {char: i for i, char in enumerate("-" + self.labels)}


ENGLISH = "|etaonihsrdlumwcfgypbvk'xjqz"
FAIRSEQ = {
    f"WAV2VEC2_ASR_{size}_{hours.upper()}": Bundle(
        f"wav2vec2_fairseq_{model}_asr_l{hours_name}.pth", ENGLISH, normalize="lv60k" in model
    )
    for size, model in (
        ("BASE", "base_ls960"),
        ("LARGE", "large_ls960"),
        ("LARGE_LV60K", "large_lv60k"),
    )
    for hours, hours_name in (("10m", "l10m"), ("100h", "s100"), ("960h", "s960"))
}


def _voxpopuli(language: str, labels: str, unused: tuple[int, ...] = (1, 2, 3)) -> Bundle:
    return Bundle(f"wav2vec2_voxpopuli_base_10k_asr_{language}.pt", labels, unused)


BUNDLES = FAIRSEQ | {
    "VOXPOPULI_ASR_BASE_10K_EN": _voxpopuli("en", "|etoiansrhldcumpfgwybvkxjqz", (1, 2, 3, 31)),
    "VOXPOPULI_ASR_BASE_10K_ES": _voxpopuli(
        "es", "|eaosnrildctupmbqygvhófíájzñéxúkwü", (1, 2, 3, 35)
    ),
    "VOXPOPULI_ASR_BASE_10K_DE": _voxpopuli("de", "|enirstadhulgcmobwfkzpvüäöjßyxq", (1, 2, 3, 35)),
    "VOXPOPULI_ASR_BASE_10K_FR": _voxpopuli("fr", "|esnitraouldcpmévqfgbhxàjèyêzôkçœûùîâwïëüæ"),
    "VOXPOPULI_ASR_BASE_10K_IT": _voxpopuli("it", "|eiaontrlscdupmgvhzfbqàèùéòìkyxwjóíï"),
}

TORCHAUDIO = {
    "en": "WAV2VEC2_ASR_BASE_960H",
    "fr": "VOXPOPULI_ASR_BASE_10K_FR",
    "de": "VOXPOPULI_ASR_BASE_10K_DE",
    "es": "VOXPOPULI_ASR_BASE_10K_ES",
    "it": "VOXPOPULI_ASR_BASE_10K_IT",
}
HUB = {
    "ja": "jonatasgrosman/wav2vec2-large-xlsr-53-japanese",
    "zh": "jonatasgrosman/wav2vec2-large-xlsr-53-chinese-zh-cn",
    "nl": "jonatasgrosman/wav2vec2-large-xlsr-53-dutch",
    "uk": "Yehor/wav2vec2-xls-r-300m-uk-with-small-lm",
    "pt": "jonatasgrosman/wav2vec2-large-xlsr-53-portuguese",
    "ar": "jonatasgrosman/wav2vec2-large-xlsr-53-arabic",
    "cs": "comodoro/wav2vec2-xls-r-300m-cs-250",
    "ru": "jonatasgrosman/wav2vec2-large-xlsr-53-russian",
    "pl": "jonatasgrosman/wav2vec2-large-xlsr-53-polish",
    "hu": "jonatasgrosman/wav2vec2-large-xlsr-53-hungarian",
    "fi": "jonatasgrosman/wav2vec2-large-xlsr-53-finnish",
    "fa": "jonatasgrosman/wav2vec2-large-xlsr-53-persian",
    "el": "jonatasgrosman/wav2vec2-large-xlsr-53-greek",
    "tr": "mpoyraz/wav2vec2-xls-r-300m-cv7-turkish",
    "da": "saattrupdan/wav2vec2-xls-r-300m-ftspeech",
    "he": "imvladikon/wav2vec2-xls-r-300m-hebrew",
    "vi": "nguyenvulebinh/wav2vec2-base-vi-vlsp2020",
    "ko": "kresnik/wav2vec2-large-xlsr-korean",
    "ur": "kingabzpro/wav2vec2-large-xls-r-300m-Urdu",
    "te": "anuragshas/wav2vec2-large-xlsr-53-telugu",
    "hi": "theainerd/Wav2Vec2-large-xlsr-hindi",
    "ca": "softcatala/wav2vec2-large-xlsr-catala",
    "ml": "gvs/wav2vec2-large-xlsr-malayalam",
    "no": "NbAiLab/nb-wav2vec2-1b-bokmaal-v2",
    "nn": "NbAiLab/nb-wav2vec2-1b-nynorsk",
    "sk": "comodoro/wav2vec2-xls-r-300m-sk-cv8",
    "sl": "anton-l/wav2vec2-large-xlsr-53-slovenian",
    "hr": "classla/wav2vec2-xls-r-parlaspeech-hr",
    "ro": "gigant/romanian-wav2vec2",
    "eu": "stefan-it/wav2vec2-large-xlsr-53-basque",
    "gl": "ifrz/wav2vec2-large-xlsr-galician",
    "ka": "xsway/wav2vec2-large-xlsr-georgian",
    "lv": "jimregan/wav2vec2-large-xlsr-latvian-cv",
    "tl": "Khalsuu/filipino-wav2vec2-l-xls-r-300m-official",
    "sv": "KBLab/wav2vec2-large-voxrex-swedish",
    "id": "cahya/wav2vec2-large-xlsr-indonesian",
}
DEFAULTS = HUB | TORCHAUDIO
