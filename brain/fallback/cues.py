"""Cues: plain signs in a message's wording that tell its kind apart, beside what the ear hears in it."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from brain.text.language import Language

STRENGTH = 0.5
"""How much a cue weighs against a unit vector."""

_ENGLISH = (
    r"\?\s*$",
    r"^(?:what|which|who|where|when|why|how)\b|^(?:what|who|where|how)'?s\b",
    r"^(?:is|are|do|does|did|can|could|will|would|has|have)\b",
    r"^how (?:do|can|should|to|would)\b|how do (?:i|you)\b|what can i use"
    r"|can i (?:use|put|wash|freeze)",
    r"^how (?:many|much|long|far|old|tall|big|cold)\b",
    r"^(?:hey |so |ok )?(?:do|are|can|will|have|would|did) (?:yo)?u\b|\b(?:are|do) (?:yo)?u\b",
    r"\bshould i\b|\bdo i\b|\bwhich (?:one|of)\b|\bdecide\b|\bchoose\b",
    r"\bor\b.*\??$",
    r"^(?:i|i'?m|i'?ve|im|ive|we|we're|my|our)\b",
    r"\bmy (?:boss|sister|brother|mum|mom|dad|husband|wife|partner|friends?|mate|roommate|flatmate|neighbou?r|ex"
    r"|landlord|manager|cousin|uncle|aunt|colleague|coworker)\b|^s?he\b|\bthey\b|\bsome(?:one|body)\b",
    r"\b(?:going to|gonna|tomorrow|next (?:week|month|year)|tonight|planning|thinking of|i want to)\b",
    r"\b(?:write|draft|compose|word|rewrite|caption|toast|speech|card)\b",
    r"\b(?:poem|story|haiku|limerick|song|rhyme|verse|lyrics)\b",
    r"\b(?:recommend|suggest|ideas?|need a name|name for|good (?:book|film|movie|song|name|present|gift)|any good)\b",
    r"\b(?:joke|riddle|pun)\b",
    r"\d",
    r"\b(?:convert|percent|times|divided|plus|minus|x)\b|%|\d\s*[-+*/x]\s*\d",
    r"\b(?:weather|news|price|score|right now|rn|forecast|temperature|open)\b",
    r"\b(?:remind|alarm|timer|play|order|book|call|send|set|search|look up)\b.*\b(?:me|for|at|a|the)\b",
    r"^(?:thanks?|thank you|ty|cheers|thx)\b|\bthanks\b",
    r"^(?:bye|good ?night|night|see you|see ya|later|cya|gotta go)\b",
    r"^(?:hi|hey|hello|yo|sup|good (?:morning|evening|afternoon)|morning)\b",
    r"^(?:no|nope|wrong|actually)\b",
    r"^(?:haha|lol|wow|ok|okay|cool|oh|ha|omg|lmao|yeah|yes|nice)\b",
    r"\b(?:died|death|funeral|passed away|grief|grave|miss (?:my|him|her))\b",
    r"\b(?:tired|ache|aching|pain|hurts?|sore|sick|headache|fever|cough|sleep|nosebleeds?|dizzy)\b",
    r"\b(?:nervous|anxious|worried|worry|scared|afraid|dread|panic|freaking)\b",
    r"\b(?:passed|won|got (?:the|a|in)|finally|yay|best)\b|!!",
    r"\b(?:stupid|idiot|shut up|useless|dumb|hate you|suck)\b",
    r"\byou\b|\byour\b|\bu\b",
    r"\b(?:ate|eaten|swallowed|bleeding|poison|smoke|gas|burn(?:ed|t)?|fire)\b",
    r"[bcdfghjklmnpqrstvwxz]{6,}|(.)\1{3,}",
    r"\b(?:broken|broke|stuck|leak|noise|beeps?|won't (?:turn|start|open)|doesn't work|only works|out of)\b",
    r"\bwhy\b",
    r"\b(?:mean|word|synonym|rhymes?|spell|called|say .+ in|difference|invented|capital)\b",
    r"\b(?:is it (?:rude|weird|normal|ok|okay|bad)|too old|too late|polite|how do i (?:tell|ask|say|stop being))\b",
)
_CHINESE = (
    r"[?\uff1f]\s*$|[吗呢么]\s*[?\uff1f]?$",
    r"为什么|为啥|咋回事|怎么回事",
    r"怎么(?!样)|咋(?!回)|如何|怎样才",
    r"怎么[跟对让拒]|怎么说|送.{1,6}什么|会不会|尴尬|奇怪|礼貌",
    r"要不要|还是|该不该|纠结|选哪|哪个好",
    r"多少|几[个天点号岁斤]|\d",
    r"[加减乘除]|等于|打折|折|开根号|概率",
    r"你.{0,6}[吗么]|你(?:叫|是|几|会|住|有)",
    r"你觉得|你怎么看|你站|你最?喜欢|你说",
    r"^我",
    r"我(?:妈|爸|老公|老婆|弟|姐|哥|妹|室友|同事|领导)|领导|老板|婆婆|室友|邻居|同事|前任|他|她",
    r"明天|下周|下个月|打算|准备|想学|我想|决定|今晚",
    r"写|文案|祝福|信|致辞|邮件",
    r"诗|故事|歌词|童话|编",
    r"推荐|起个|想个|吃啥|吃什么|看什么|有什么好|有没有",
    r"笑话|谜|急转弯|段子",
    r"天气|新闻|价|现在几点|比分|汇率|上映|堵车|下雨吗",
    r"提醒我|叫我|帮我(?:订|叫|点|查|发|下载)|闹钟|放首",
    r"谢|感谢|辛苦了",
    r"拜拜|再见|晚安|睡了|先下|走了$|明天再聊",
    r"^(?:你好|嗨|嘿|在吗|哈喽|早|早上好|晚上好)",
    r"^(?:不|错|才不|没)",
    r"^(?:哈|哇|好|嗯|哦|行)",
    r"去世|过世|走了|没了|追悼|扫墓|遗|离开了",
    r"疼|痛|累|发烧|感冒|困|晕|咳|失眠|酸|没睡",
    r"紧张|怕|担心|慌|焦虑|害怕|没底",
    r"终于|过了|考上|成功|开心|中了|录取",
    r"分手|被裁|没过|挂了|丢了|拒|输|坏了|少一半",
    r"难过|孤独|没意思|哭|emo|低落|提不起劲|麻木",
    r"蠢|滚|闭嘴|垃圾|废物|讨厌你|傻|骂",
    r"吃了.*(?:巧克力|洋葱|药|蘑菇)|着火|冒烟|煤气|止不住|误食|卡喉咙",
    r"后悔|丢人|尴尬|社死|内疚|愧疚|是不是坏人",
    r"又.*了|老是|总是|天天|每次",
    r"意思|区别|谁发明|哪里来|怎么读|用英语|用英文",
    r"能不能|可以.*吗|能.*吗",
)


def cues_of(text: str, language: Language) -> np.ndarray:
    """Return the cues float32 [C] of one message: which patterns it holds, and whether it is short or long."""
    lowered = text.lower().replace("\u2019", "'").strip()
    found = [bool(pattern.search(lowered)) for pattern in _patterns(language)]
    size = len(lowered.split()) if language == "en" else len(lowered) / 2
    lengths = [size <= 1, size <= 2, size <= 4, size >= 9, size >= 14]
    return np.array([*found, *lengths], dtype=np.float32) * STRENGTH


@cache
def _patterns(language: Language) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in (_ENGLISH if language == "en" else _CHINESE))
