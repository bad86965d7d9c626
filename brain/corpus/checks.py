"""What is wrong with corpus files: their form, numbers used twice, replies said twice, and what reading tires of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from brain.corpus.written import Fault, Talk, Turn, read_talks
from brain.text.cleaning import clean

_CHINESE_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
_NO_WORD = re.compile(r"\W+")
_PLAIN_QUOTES = str.maketrans("“”‘’", "\"\"''")
"""Cleaning writes these so; Chinese text keeps its own."""
_WORDS = {"short": 12, "medium": 30, "long": 60}
_CHARACTERS = {"short": 15, "medium": 40, "long": 90}
_LENIENCE = 1.5
"""A reply may be this many times as long as its style line says before it is a fault: safety needs its words."""
_LENGTH_ON_REQUEST = ("style", "obey")
"""Topics in which people ask for other lengths."""
_LONGEST = 800
"""Characters a message may have."""
_COMMON = {"en": 18, "zh": 8}
"""Letters up to which a reply is anybody's ("Yes, please!") and may be said twice."""
_TRADITIONAL = frozenset(
    "們個來這說時會沒對過還後樣點開關問題讓覺聽買賣錢電視愛樂學習經歷東車長門間聞見親話語請謝誰課讀寫書畫國圖園場塊壞報醫藥單雙發變幾機歲厲歡氣漢湯熱燈爾產當盡監盤碼禮種穩窮筆簡節紅紙級細終結給絡統絲綠網線"
    "練總繼續義職聯腦腳臉臨舉舊葉蓋蘋號蟲補裝裡製複規觀計訂記許設訴診詞試詩該詳認誤誠調談論講識護貓財責貨費貼貴資質贏趕跡踐輕輛輪轉辦農連進運適選遲遠鄉針釣鈴銀鋪錄錯鍋鍵鎖鏡鐘鐵陽陰陸陳雖離難雲靜頁順須頓預"
    "頭顆類顧戰戀灣無嗎剛嬤龐優傷傳僅價儀億兒內冊凍勁勞勢勝區協卻厭參嘗團圍墊壓壘壯壽夠夾奪奮妝婦媽孫寧寬實審寶將專尋導層島帶幫幹廚廠廢廣廳張強彎彈徑從恆惡惱態慘慣憂慮憐懶懷懸戲戶拋挾捨掃掛採換揮"
    "損搖搶撈撐撥擁擇擊擋據擠擬擺擾攔攝敗敵數斷於晉暈暫曉曬朧條棄棗棟極榮構槍樓標橋橫檔檢櫃權歸殘殺殼毀氈決況淚淨淺渾測準溝溫滅滾滿漁漲漸潔潛潤濃濕濟濤濫灑災烏煉煙煩燒燙燦營爐爭爺牆牽狀狹獅獎獨獲獻瑪環瓊甕"
    "異療瘋癢皺盜眾睏矚砲硯確磚礙祕禦稅稱積穫競筍築籃籌籠粵糧糰糾約純紗紛紮組絕絞絨維綁綜緊緒緣編緩緬縣縫縮縱績織繞繪繩纏罰罷羅羨翹聖聰聲肅脫脹腸膚膠膽臟艦艱藍藝蘇蘭虛蝕蝦螞蠟衆術衛衝裏襯襲觸訊訓託訝註評詐"
    "詢誇誌誕誘諒諾謀謎謊譯譽讚豐豬負賀賓賜賞賠賴賺購賽軍軌軟載輔輝輩輸轟辭遊違遙遞遺邁邊邏郵鄰醜釋釘鈔鉛銅銷鋒鋼錶鍊鎮鐺閃閉閒閱闆闊隊階際隨險隱雜霧靈韓響頂項領頻額願飄飽飾餅餘餡饞馮駐駛騙騰髒鬥鬧鬱魯鴨鵝"
    "鹽黨齡風飛飯飲養餓館馬駕騎驗驚體鬆魚鮮鳥雞鹹麥麵黃齊齒龍龜"
)
"""Characters that Simplified Chinese writes otherwise."""
_CANTONESE = frozenset("攰冇嘅咗啲")
_KANA = re.compile(r"[\u3040-\u30ff]")


@dataclass(slots=True)
class Report:
    """What was counted and what was found."""

    talks: int = 0
    turns: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])


@dataclass(slots=True)
class _Seen:
    """Ids and replies so far, across files, and where each was first."""

    ids: dict[str, str] = field(default_factory=dict[str, str])
    replies: dict[str, str] = field(default_factory=dict[str, str])


def check(paths: Iterable[Path]) -> Report:
    """Read the files together, so that repeats are found across them. Raises DataError where one can't be opened."""
    report, seen = Report(), _Seen()
    for path in paths:
        for item in read_talks(path):
            if isinstance(item, Fault):
                report.faults.append(item)
                continue
            report.talks += 1
            report.turns += len(item.turns)
            report.faults += _faults(item, seen)
    return report


def _faults(talk: Talk, seen: _Seen) -> Iterator[Fault]:
    here = f"{talk.path}:{talk.line}"
    if (first := seen.ids.setdefault(talk.id, here)) != here:
        yield Fault(talk.path, talk.line, f"{talk.name} was used before at {first}; numbers are never used again")
    if (stem := talk.path.stem) != f"{talk.topic}.{talk.lang}":
        yield Fault(talk.path, talk.line, f"{talk.name} does not belong into {stem}{talk.path.suffix}")
    for fact in (*talk.bot, *talk.user):
        yield from _odd_text(talk.path, talk.line, fact)
    for turn in talk.turns:
        yield from _odd_text(talk.path, turn.line, turn.text)
        if turn.speaker == "b":
            yield from _reply_faults(talk, turn, seen)


def _odd_text(path: Path, line: int, text: str) -> Iterator[Fault]:
    if len(text) > _LONGEST:
        yield Fault(path, line, f"{len(text)} characters, more than {_LONGEST}")
    elif clean(text) != text.translate(_PLAIN_QUOTES):
        yield Fault(path, line, f"has characters or blanks that cleaning takes away: {text[:40]!r}")


def _reply_faults(talk: Talk, turn: Turn, seen: _Seen) -> Iterator[Fault]:
    key = _NO_WORD.sub(" ", turn.text.lower()).strip()
    here = f"{talk.path}:{turn.line}"
    if len(key) > _COMMON[talk.lang] and (first := seen.replies.setdefault(key, here)) != here:
        yield Fault(talk.path, turn.line, f"this B line was said before at {first}")
    most = _LENIENCE * (_CHARACTERS if talk.lang == "zh" else _WORDS)[talk.style.length]
    if not talk.topic.startswith(_LENGTH_ON_REQUEST) and (size := _size(turn.text, talk.lang)) > most:
        yield Fault(talk.path, turn.line, f"{size} words in a {talk.style.length} reply, more than {most:g}")
    if talk.lang == "zh" and (odd := _traditional(turn.text)) and not _asks_for_traditional(talk):
        yield Fault(talk.path, turn.line, f"Traditional characters ({odd}) though the person writes Simplified")


def _size(text: str, lang: str) -> int:
    """Count words; in Chinese, characters, and other words as one each."""
    return len(_CHINESE_WORD.findall(text)) if lang == "zh" else len(text.split())


def _traditional(text: str) -> str:
    """Return the Traditional characters of a text; Japanese has them too."""
    return "" if _KANA.search(text) else "".join(character for character in text if character in _TRADITIONAL)


def _asks_for_traditional(talk: Talk) -> bool:
    """Whether the person writes Traditional Chinese or Cantonese, or speaks of it."""
    said = "".join(turn.text for turn in talk.turns if turn.speaker == "a")
    return bool(_traditional(said)) or not _CANTONESE.isdisjoint(said) or "繁体" in said
