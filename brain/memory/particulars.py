"""Particulars: what in a text belongs to one person's life: relations, genders, numbers, and the bot's own self."""

from __future__ import annotations

import re

RELATION = (
    "daughter|son|kid|kids|child|children|baby|wife|husband|partner|girlfriend|boyfriend|mum|mom|mother|dad|father|"
    "parents|brother|sister|aunt|uncle|nephew|niece|cousin|gran|grandma|grandmother|grandpa|grandfather|boss|"
    "colleague|colleagues|roommate|flatmate|neighbour|neighbor|teacher|dog|cat|puppy|kitten|rabbit|hamster|parrot|"
    "horse|fish|job|school|exam|exams|class|shift|office|garden|village|town|city|flat|thesis|shop|wedding"
)
_ANY_RELATION = re.compile(rf"\b(?:{RELATION})\b", re.IGNORECASE)
_SAME_RELATION = {
    word: words[0]
    for words in (
        ("mother", "mum", "mom"),
        ("father", "dad"),
        ("grandmother", "gran", "grandma"),
        ("grandfather", "grandpa"),
        ("child", "kid", "kids", "children", "baby"),
        ("dog", "puppy"),
        ("cat", "kitten"),
        ("exam", "exams"),
        ("colleague", "colleagues"),
    )
    for word in words
}
CHINESE_RELATION = re.compile(
    "女儿|儿子|孩子|宝宝|老婆|老公|丈夫|妻子|女友|男友|妈妈|爸爸|你妈|你爸|哥哥|弟弟|姐姐|妹妹|奶奶|爷爷|外婆|外公|"
    "老板|同事|室友|邻居|老师|同桌|狗狗|猫咪|公司|学校|店里|考试|论文"
)
_MALE = re.compile(r"\b(?:he|him|his|himself|he's|he'd|he'll)\b|他(?!们)", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:she|her|hers|herself|she's|she'd|she'll)\b|她", re.IGNORECASE)
_MEN = re.compile(
    r"\b(?:man|men|boy|boys|guy|dude|bro|brother|dad|daddy|father|son|husband|boyfriend|bf|uncle|nephew|grandpa|"
    r"grandad|grandfather|king|sir|mr|ex|kid|baby|dog|cat|puppy|boss|teacher|friend|colleague|neighbou?r|partner)\b|"
    "爸|爷|叔|舅|哥|弟|儿子|老公|丈夫|男|先生|老板|同事|室友|朋友|老师|同学|领导|导师|孩子|人",
    re.IGNORECASE,
)
_WOMEN = re.compile(
    r"\b(?:woman|women|girl|girls|lady|sister|sis|mum|mom|mommy|mother|daughter|wife|girlfriend|gf|aunt|niece|gran|"
    r"grandma|grandmother|queen|ms|mrs|miss|ex|bride)\b|妈|奶|姨|姑|姐|妹|女|婆|闺蜜|老婆|妻子",
    re.IGNORECASE,
)
_GENDERS = ((_MALE, _MEN), (_FEMALE, _WOMEN))
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_NUMBERS = """
two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty
ninety hundred monday tuesday wednesday thursday friday saturday sunday
"""
_NUMBER_WORDS = _NUMBERS.split()
_NUMBER_VALUES: dict[str, str] = dict(
    zip(_NUMBER_WORDS, map(str, (*range(2, 13), 15, *range(20, 101, 10))), strict=False)
)
_NUMBER = re.compile(
    rf"\d+|\b(?:{'|'.join(_NUMBER_WORDS)})\b|周[一二三四五六日末]|[三四五六七八九十百]{{1,4}}(?=[岁年天个点号])",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|myself|i'm|i've|i'd|i'll)\b|我|咱", re.IGNORECASE)


def numbers_in(text: str) -> set[str]:
    """Return the numbers and week days of a text; "12" and "twelve" are one."""
    return {_NUMBER_VALUES.get(found, found) for found in map(str.lower, _NUMBER.findall(text))}


def relations_in(text: str) -> set[str]:
    """Return the relations, pets and jobs that a text speaks of; "mum" and "mother" are one."""
    english = (_SAME_RELATION.get(word, word) for word in map(str.lower, _ANY_RELATION.findall(text)))
    return {*english, *CHINESE_RELATION.findall(text)}


def has_antecedents(reply: str, heard: str) -> bool:
    """Tell whether each "he" and "she" of a reply has somebody it can mean."""
    said = f"{heard}\n{reply}"
    return not any(
        pronoun.search(reply) and not (pronoun.search(heard) or person.search(said)) for pronoun, person in _GENDERS
    )


def speaks_of_itself(text: str) -> bool:
    """Tell whether the bot says something of itself; words that it puts into another's mouth don't count."""
    return _FIRST_PERSON.search(_QUOTED.sub("", text)) is not None
