"""Language: which one a message is in, short ones included."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.ear.language import hear_language, known_words, language_of_talk
from tests.cases import CASES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hi", "en"),
        ("thanks", "en"),
        ("yes", "en"),
        ("lol", "en"),
        ("how are you", "en"),
        ("i have two cats", "en"),
        ("omg stop", "en"),
        ("my name is Ana", "en"),
        ("i moved to bergen", "en"),
        ("wait what", "en"),
        ("I studied 围棋 for years", "en"),
        ("你好", "zh"),
        ("好", "zh"),
        ("我的 wifi 坏了", "zh"),
        ("こんにちは、元気？", "ja"),
        ("안녕하세요", "ko"),
        ("привет, как дела", "ru"),
        ("γεια", "el"),
        ("שלום", "he"),
        ("مرحبا", "ar"),
        ("สวัสดี", "th"),
        ("नमस्ते", "hi"),
        ("Guten Morgen", "de"),
        ("ich habe einen Hund", "de"),
        ("danke schön", "de"),
        ("bonjour", "fr"),
        ("ça va ?", "fr"),
        ("j'ai un chat", "fr"),
        ("merci beaucoup", "fr"),
        ("hola", "es"),
        ("¿cómo estás?", "es"),
        ("tengo un perro", "es"),
        ("ciao", "it"),
        ("come stai", "it"),
        ("obrigado", "pt"),
        ("tudo bem?", "pt"),
        ("dank je wel", "nl"),
        ("tack så mycket", "sv"),
        ("dziękuję bardzo", "pl"),
        ("Nasılsın", "tr"),
        ("terima kasih", "id"),
        ("xin chào", "vi"),
        ("Können Sie mir sagen, wie spät es ist?", "de"),
        ("Je voudrais savoir pourquoi tu n'es pas venu hier", "fr"),
    ],
)
def test_a_message_is_in_a_language(text: str, language: str) -> None:
    heard = hear_language(text)

    assert heard.language == language
    assert heard.probability > 0.3


@pytest.mark.parametrize("text", ["", "   ", "12:30", "😀😀", "?!", "https://example.org/hello", "<@1234>", "no", "xd"])
def test_some_messages_show_none(text: str) -> None:
    assert hear_language(text).language is None


@pytest.mark.parametrize(
    ("turns", "language"),
    [
        (["ich habe einen Hund", "wie heißt er?", "12"], "de"),
        (["你好", "hello to you"], "en"),
        (["hello", "你好", "😀"], "zh"),
        (["hola", "¿qué tal?", "no"], "es"),
        (["no"], "en"),
        ([], "en"),
    ],
)
def test_a_talk_goes_on_in_the_language_that_was_spoken(turns: list[str], language: str) -> None:
    assert language_of_talk(turns) == language


def test_what_cannot_be_told_by_script_or_known_words_is_asked_of_the_letters() -> None:
    asked: list[str] = []

    def rank(text: str, languages: tuple[str, ...]) -> list[tuple[str, float]]:
        asked.append(text)
        return [("fi", 0.9), ("en", 0.01)]

    assert hear_language("hyvää huomenta kaikille", rank).language == "fi"
    assert hear_language("hello", rank).language == "en"
    assert hear_language("你好", rank).language == "zh"
    assert asked == ["hyvää huomenta kaikille"]


def test_the_letters_are_only_loaded_where_they_are_needed() -> None:
    code = (
        "import sys; from brain.ear.language import hear_language;"
        "assert hear_language('hello').language == 'en' and hear_language('你好').language == 'zh';"
        "sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_known_words_are_of_few_languages() -> None:
    assert known_words()["hello"] == {"en"}
    assert max(map(len, known_words().values())) <= 6


@settings(max_examples=CASES // 4, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_is_heard(text: str) -> None:
    heard = hear_language(text)

    assert 0 <= heard.probability <= 1
    assert heard.language is None or heard.probability > 0
