"""Elliptical messages: those that say nothing by themselves ("why?", "and for two?", "no", "那呢")."""

from __future__ import annotations

import re

_LONGEST_WORDS, _LONGEST_CHINESE = 5, 7
_WHOLE_WORDS, _WHOLE_CHINESE = 4, 5
_TAKES_UP = re.compile(
    r"\W*(?:and|or|but|so|no|nope|yes|yeah|yep|ok|okay|then|because|cuz|it|it's|its|that|that's|thats|this|those|these|they|"
    r"he|she|him|her|them|not|neither|both|just|only|also|too|still|since|with|without|about|like|maybe|probably|"
    r"the one)\b",
    re.IGNORECASE,
)
_TAKES_UP_CHINESE = re.compile(
    r"\W*(?:那|这|它|他|她|不|没|还|也|就|都|对|是|嗯|好|但|可|因为|所以|如果|然后|再|只|才|又|而)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_EMPTY_WORDS = """
a an the and or but so then also too just only really very much more less most some any all both none one ones two
three other others another else same different it its it's that that's thats this these those there here they them he
she him her we us i i'm im me my mine you u ur your yours what what's whats which who when where why how is isn't are
aren't am was wasn't were be been do don't dont does doesn't did didn't didnt have has had can can't cant could will
won't wont would should shall may might must got get gets go goes went going not no nope nah yes yeah yep yup ya ok
okay okey k sure maybe perhaps please pls plz thanks thx ty of to in on at by for with from about into over after
before out off up down again now later first last next like as than if because cause cuz even still yet already ever
never always oh ah hm hmm hmmm uh um er wow lol lmao haha hahaha ha omg well right wrong true false exactly obviously
definitely absolutely totally probably neither either kind kinda sort sorta bit little lot few tell say said explain
mean means continue try tried done work worked works helped help think know idk dunno guess good great nice cool fine
bad better worse bigger smaller longer shorter anything something nothing everything everyone nobody someone thing
things way stuff second third half long year years yr yrs month months week weeks day days hour hours minute minutes
min mins tomorrow tonight yesterday today thank
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_COMPLETE = re.compile(
    r"\b(?:how are (?:you|u)|how r u|(?:who|what) are (?:you|u)|(?:are )?(?:you|u) (?:there|good|ok)|tell me something|"
    r"(?:what|who) (?:do|can) (?:you|u) (?:do|know)|(?:what|who|where) (?:do|am|did) i|what(?:'s|s)? (?:is )?my)\b|"
    r"^\W*(?:thanks|thank you|thank u|thx|ty)\W*$",
    re.IGNORECASE,
)
"""Made of empty words only, and yet whole."""
_EMPTY_CHINESE = re.compile(
    r"^(?:[那这哪它他她你我们的了吗来呢吧啊呀哦嗯唔哈嘿哎唉诶欸哇噢喔么嘛啦咯]|不是|不对|不行|不要|不会|不用|不|没有|没|是的|是|对|好的|好|行|可以|"
    r"为什么|为啥|为何|什么|啥|怎么样|怎样|怎么|咋|如何|哪个|哪种|哪里|哪儿|谁|几个|几|多少|多久|还有|还|再|又|也|都|就|才|然后|后来|接着|继续|"
    r"另外|别的|其他|其它|换|说|试了|试过|试|成功|成了|可能|也许|大概|应该|真的|真|假的|当然|确实|已经|一样|一个|一下|一点|两个|三个|个|"
    r"意思|原因|例子|举|比如|谢谢|算了|随便|都行|或者|而且|但是|可是|所以|因为|如果|的话|呗|太|很|更|最|挺|有点|有|能|会|要|想|去|做|弄|"
    r"上面|下面|前面|刚才|第|[一二三四五六七八九十百半]|分钟|小时|天|年|岁|点钟|明天|昨天|今天|今晚|现在|知道|觉得|明白|懂|同意|试试|两|三|人|呵|额|呃)+$"
)
_COMPLETE_CHINESE = re.compile(
    r"你好|您好|你是谁|你会|你能|在吗|你叫什么|再见|我好|谢谢|你还好|我是谁|你怎么|你在|你知道"
)


def is_elliptical(message: str) -> bool:
    """Tell whether a message means something only after what was said before it."""
    if _CHINESE.search(message):
        return _is_elliptical_chinese(message)
    words = [word.lower().replace("’", "'") for word in _WORD.findall(message)]
    if len(words) > _LONGEST_WORDS or _COMPLETE.search(message):
        return False
    return all(word in _EMPTY or word.isdigit() for word in words)


def stands_by_itself(message: str) -> bool:
    """Tell whether a message is whole without what was said before it: long enough, and not begun by taking that up."""
    if _CHINESE.search(message):
        return len(_CHINESE.findall(message)) >= _WHOLE_CHINESE and not _TAKES_UP_CHINESE.match(message)
    return len(_WORD.findall(message)) >= _WHOLE_WORDS and not _TAKES_UP.match(message)


def _is_elliptical_chinese(message: str) -> bool:
    text = "".join(_CHINESE.findall(message))
    if len(text) > _LONGEST_CHINESE or _LATIN.search(message) or _COMPLETE_CHINESE.search(message):
        return False
    return _EMPTY_CHINESE.fullmatch(text) is not None
