"""Sums, dates and units are answered exactly, and everything else is left to others."""

from __future__ import annotations

import datetime
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.exact.answers import exact_answer
from brain.exact.numbers_in_words import chinese_to_digits, english_to_digits
from tests.cases import CASES

TODAY = datetime.date(2026, 11, 24)
NOW = datetime.datetime(2026, 11, 24, 14, 5)
TOO_LONG = 0.5
"""Seconds. A call takes about a fifth of a millisecond; the rest is for a machine that does something else as well."""

SUMS = """
what's 17*23 | 17 × 23 is 391.
17 x 23 | 17 × 23 is 391.
What is 17×23? | 17 × 23 is 391.
17 times 23 | 17 times 23 is 391.
whats seventeen times twenty three | 17 times 23 is 391.
wats 5+5 | 5 + 5 is 10.
5x5=? | 5 × 5 is 25.
1234+5678=? | 1234 + 5678 is 6,912.
1,234 + 1 | 1234 + 1 is 1,235.
１２×８＝？ | 12 × 8 is 96.
hey, what's 2+2 please 😊 | 2 + 2 is 4.
can you tell me what 5 times 6 is? | 5 times 6 is 30.
what is the sum of 3, 7, 9, and 24 | That's 43.
what is 3/4 of 18 | 3/4 of 18 is 13.5.
what is 3 to the 6th power | 3 to the 6th power is 729.
five and a half times two | 5.5 times 2 is 11.
(3+4)*2 | (3 + 4) × 2 is 14.
2(3+4)= | 2(3 + 4) is 14.
what's 3 + 4 * 2 - 1 | 3 + 4 × 2 - 1 is 10.
-3*-4 | -3 × -4 is 12.
what is 0.1+0.2 | 0.1 + 0.2 is 0.3.
what is 1/3 + 1/6 | 1 ÷ 3 + 1 ÷ 6 is 0.5.
10/3= | 10 ÷ 3 is about 3.333.
12 ÷ 5 − 1 = | 12 ÷ 5 - 1 is 1.4.
what is 12 divded by 4 | 12 divded by 4 is 3.
one million divided by eight | 1,000,000 divided by 8 is 125,000.
2.5 million / 4 = | 2,500,000 ÷ 4 is 625,000.
minus five plus three | Minus 5 plus 3 is -2.
12% of 80 | 12% of 80 is 9.6.
twenty percent of fifty | 20 percent of 50 is 10.
what's 15% of $60 | That's $9.
200 + 10% | 200 + 10% is 220.
15 percent tip on 42.50 | A 15% tip on 42.50 is about 6.38, so 48.88 in all.
how much is a 20% tip on $80 | A 20% tip on $80 is $16, so $96 in all.
what's 20% off 60 | That's 48.
what percent of 80 is 12 | That's 15%.
split 87 by 4 | That's 21.75.
$60 split 3 ways | That's $20.
average of 3, 4 and 5 | That's 4.
10-5%+3 = | 10 - 5% + 3 is 12.95.
what's 9 - 5 factorial | 9 - 5 factorial is -111.
difference between 3 and 10 | That's 7.
subtract 3 from 10 | That's 7.
half of 37 | Half of 37 is 18.5.
two thirds of 90 | 2/3 of 90 is 60.
square root of 144 | Square root of 144 is 12.
√2 × √2 | √2 × √2 is about 2.
cube root of 27 | Cube root of 27 is 3.
5² + 1 | 5^2 + 1 is 26.
what's 5 squared | 5 squared is 25.
2^10 | 2^10 is 1,024.
2^-3 | 2^-3 is 0.125.
2^100 | 2^100 is about 1.27 × 10^30.
10 factorial | 10 factorial is 3,628,800.
what is 17 mod 5 | 17 mod 5 is 2.
what's 5/0 | Nothing can be divided by zero, so that one has no answer.
9**9**9 | That comes to more digits than I can write down.
sqrt(-4) | No real number is the answer to that one.
帮我算一下三加五等于几 | 3加5等于8。
三加五等于几 | 3加5等于8。
12乘以8是多少？ | 12乘以8等于96。
12 乘以 8 是多少 | 12乘以8等于96。
80的15%是多少 | 80的15%等于12。
80的百分之十五是多少 | 80的百分之15等于12。
请问80的四分之一是多少 | 80的4分之1等于20。
100除以3 | 100除以3约等于33.33。
37的一半是多少 | 37的一半等于18.5。
2的10次方是多少 | 2的10次方等于1,024。
144的平方根 | 144的平方根等于12。
一万五千加三百等于几 | 15,000加300等于15,300。
三点五乘以二等于多少 | 3.5乘以2等于7。
100打八折是多少 | 结果是80。
5除以0等于几 | 0不能作除数，所以这道题没有答案。
"""

DATES = """
what day is it | It's Tuesday, 24 November 2026.
what's the date | It's Tuesday, 24 November 2026.
could you please tell me the date today? | It's Tuesday, 24 November 2026.
in 4 days, what date will it be | That's Saturday, 28 November 2026.
what year is it | It's 2026.
what day is tomorrow? | That's Wednesday, 25 November 2026.
what day was 4 july 1999 | That was Sunday, 4 July 1999.
what day of the week was january 1, 2000 | That was Saturday, 1 January 2000.
what day is christmas this year | That's Friday, 25 December 2026.
when is easter 2027 | That's Sunday, 28 March 2027.
when's thanksgiving | That's Thursday, 26 November 2026.
when is chinese new year 2030 | That's Sunday, 3 February 2030.
days until christmas | 31 days to go until Friday, 25 December 2026.
how many weeks until christmas? | 4 weeks and 3 days to go until Friday, 25 December 2026.
how long until friday | 3 days to go until Friday, 27 November 2026.
how many days until 29 february | 462 days to go until Tuesday, 29 February 2028.
how many days until 24 november | That's today!
how many days since 1 january 2000 | 9,824 days since Saturday, 1 January 2000.
how many days between 3 march and 1 june | 90 days from Wednesday, 3 March 2027 to Tuesday, 1 June 2027.
how many days from 1 feb 2028 to 1 mar 2028 | 29 days from Tuesday, 1 February 2028 to Wednesday, 1 March 2028.
what date is in 3 weeks | That's Tuesday, 15 December 2026.
what date was 90 days ago | That was Wednesday, 26 August 2026.
three weeks from friday | That's Friday, 18 December 2026.
what's a month from 31 january 2027 | That's Sunday, 28 February 2027.
is 2028 a leap year | Yes, 2028 is a leap year.
was 1900 a leap year | No, 1900 is not a leap year.
how many days in february 2027 | February 2027 has 28 days.
how many days are there in february | February has 28 days, and 29 in a leap year.
今天星期几 | 今天是2026年11月24日，星期二。
今天是几月几号？ | 今天是2026年11月24日，星期二。
后天星期几 | 是2026年11月26日，星期四。
离春节还有多少天 | 还有74天，那天是2027年2月6日，星期六。
2033年中秋节是哪天 | 是2033年9月8日，星期四。
3月8号是星期几 | 是2027年3月8日，星期一。
三个星期后是几号 | 是2026年12月15日，星期二。
10天前是几号 | 是2026年11月14日，星期六。
下周五是几号 | 是2026年12月4日，星期五。
从3月1号到5月4号有多少天 | 从2027年3月1日，星期一到2027年5月4日，星期二，共64天。
2028年是闰年吗 | 2028年是闰年。
2027年2月有多少天 | 2027年2月有28天。
"""

TIMES = """
what time is it? | It's 14:05.
can you tell me the time please | It's 14:05.
what time is it in 3 hours | That's 17:05.
what time will it be in an hour and a half | That's 15:35.
what time was it 90 minutes ago | That was 12:35.
what time is it in 12 hours | That's 2:05 the next day.
what's 45 minutes before 6pm | That's 5:15 pm.
how long from 9:40 to 17:15 | 9:40 to 17:15 is 7 hours and 35 minutes.
how long is it from 9:40 to 5:15 | 9:40 to 17:15 is 7 hours and 35 minutes.
how long between 10pm and 6am | 22:00 to 6:00 is 8 hours.
how long until 5pm | 14:05 to 17:00 is 2 hours and 55 minutes.
现在几点了 | 现在是14:05。
3小时后是几点 | 是17:05。
一个半小时后是几点 | 是15:35。
9点40到17点15有多久 | 9:40到17:15是7小时35分钟。
从上午九点到下午五点半有多长时间 | 9:00到17:30是8小时30分钟。
"""

UNITS = """
5 ft 10 in cm | 5 feet 10 inches is 177.8 cm.
how tall is 5'10" in cm | 5 feet 10 inches is 177.8 cm.
how many inches in 3 feet | 3 feet is 36 inches.
10 miles to km | 10 miles is about 16.09 km.
convert 350f to c | 350 °F is about 176.67 °C.
37℃ in f | 37 °C is 98.6 °F.
how many ml in a cup | 1 cup is about 236.59 ml (US cup).
½ cup in tablespoons | 0.5 cups is 8 tablespoons (US cup, US spoons).
how many grams in a cup of water | 1 cup of water is about 236.59 grams (US cup).
how do i convert miles to km | 1 mile is about 1.609 km.
180 cm in feet | 180 cm is about 5.906 feet (5 ft 10.9 in).
8 oz in grams | 8 ounces is about 226.8 grams.
8 oz in ml | 8 fl oz is about 236.59 ml (US fluid ounce).
what's 10 stone 4 lb in kg | 10 stone 4 pounds is about 65.32 kg.
60 mph in km/h | 60 mph is about 96.56 km/h.
100 sq ft in m2 | 100 square feet is about 9.29 m².
1 mile is how many km | 1 mile is about 1.609 km.
2 hours 30 minutes in seconds | 2 hours 30 minutes is 9,000 seconds.
how many seconds in a year | 1 year is 31,536,000 seconds (a year of 365 days).
5 m in feet | 5 meters is about 16.4 feet.
5 m in seconds | 5 minutes is 300 seconds.
3斤是多少公斤 | 3斤是1.5公斤。
3两是多少克 | 3两是150克。
一里路多少米 | 1里是500米。
100平方英尺是多少平米 | 100平方英尺约是9.29平方米。
37摄氏度是多少华氏度 | 37摄氏度是98.6华氏度。
把5千克换算成磅 | 5公斤约是11.02磅。
500克水是多少毫升 | 500克水是500毫升。
1GB是多少MB | 1GB是1,000MB（按1000进位）。
一小时有多少秒 | 1小时是3,600秒。
"""

LEFT_TO_OTHERS = """
i'm 30 and tired
24/7
24/7?
what's 24/7
my 2 cats
call 911
what's 9/11
i got 3/10 on the test
3/10
version 2.5-3
it's 5-3 for them
5-3
10/10 would recommend
50/50
10-4
555-1234
what's 555-1234
+1 555 123 4567
(555) 123-4567
2026-11-24
what is 2026-11-24
4x4
60%-70%
100%
18+
5!
2+2=4
1 2 3
two
one more time
c++ 11
192.168.0.1
:) 8)
what's 5
what's up
what's love
half 5
half of my friends
split the bill
in 3 weeks
two days ago
what day works for you
when is my birthday
when's the meeting
days until my birthday
a week from hell
how many days until 31 february
from 9 to 5
12:30-1:30
see you in 5 minutes
what time works
what time is it in tokyo
how long is a piece of string
how many cats do you have
how many hours in a shift
how many grams in a cup of flour
how much is 100 dollars in euros
convert 100 usd to eur
10 pounds in dollars
5 cm
5 km in kg
5 in 10 people
2 days in a week
2 in 1
to be or not to be
what's the weather today
我今年30岁
我有2只猫
他们赢了5比3
三分之一
百分之五十
三加一套餐
一起去吧
今天天气怎么样
今天几点开会
下午三点见
离我生日还有多少天
一个苹果多少钱
3斤苹果多少钱
100美元是多少人民币
你今年几岁
五一去哪玩
多少
=
"""


def _examples(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in row.split(" | ")) for row in table.split("\n") if row]


@pytest.mark.parametrize(("message", "answer"), _examples(SUMS + DATES + TIMES + UNITS))
def test_a_question_is_answered(message: str, answer: str) -> None:
    assert exact_answer(message, TODAY, NOW) == answer


@pytest.mark.parametrize("message", [message for (message,) in _examples(LEFT_TO_OTHERS)])
def test_a_message_that_merely_holds_numbers_is_left_to_others(message: str) -> None:
    assert exact_answer(message, TODAY, NOW) is None


@pytest.mark.parametrize("message", ["what time is it", "what time is it in 3 hours", "how long until 5pm", "现在几点"])
def test_without_a_clock_nobody_is_told_the_time(message: str) -> None:
    assert exact_answer(message, TODAY) is None


def test_nothing_of_200_digits_is_computed_and_nothing_past_the_calendar() -> None:
    assert exact_answer("what's " + "9" * 200 + " + 1", TODAY) is None
    assert exact_answer("what date is in 99999 years", TODAY) is None


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("nine hundred and ninety nine thousand nine hundred and ninety nine", "999999"),
        ("a hundred plus 2 hundred", "100 plus 200"),
        ("july fourth", "july 4th"),
        ("how long is a second", "how long is 1 second"),
    ],
)
def test_english_number_words_become_digits(words: str, digits: str) -> None:
    assert english_to_digits(words) == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("二〇二六", "2026"),
        ("一亿三千万", "130000000"),
        ("两千零五", "2005"),
        ("三百五", "350"),
        ("1.5万", "15000"),
        ("三点一四", "3.14"),
        ("三点十五分", "3点15分"),
        ("星期三", "星期三"),
        ("5千米", "5千米"),
    ],
)
def test_chinese_numerals_become_digits(words: str, digits: str) -> None:
    assert chinese_to_digits(words) == digits


_WORDS = (
    "what's how many days 3 12.5 9 % + - * / ^ ( ) sqrt √ plus of half to in cm ft 到 从 的 三 万 点 分之 多少 天 后"
)
_TEXTS = (
    st.text()
    | st.lists(st.sampled_from(_WORDS.split()), max_size=60).map(" ".join)
    | st.text("9^*()% .三万到", max_size=200)
)


@settings(max_examples=CASES // 4, deadline=None)
@given(_TEXTS, st.dates())
def test_any_text_is_answered_or_left_within_bounded_time(message: str, today: datetime.date) -> None:
    start = time.thread_time()
    answer = exact_answer(message, today, datetime.datetime.combine(today, datetime.time(14, 5)))
    assert answer is None or answer
    assert time.thread_time() - start < TOO_LONG


@settings(max_examples=CASES // 8, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 999)), min_size=1, max_size=6),
    st.integers(0, 9999),
)
def test_random_sums_agree_with_fractions(steps: list[tuple[str, int]], first: int) -> None:
    typed, value = str(first), Fraction(first)
    for sign, number in steps:
        typed = f"({typed}) {sign} {number}"
        value = {"+": value + number, "-": value - number, "*": value * number, "/": value / number}[sign]
    said = exact_answer(f"what's {typed}", TODAY)
    assert said is not None
    text = said.partition(" is ")[2].removesuffix(".").replace(",", "")
    if text.startswith("about"):
        text = text.removeprefix("about ").replace(" × 10^", "e")
        assert abs(Fraction(text) - value) <= max(abs(value) / 100, Fraction(1, 10**8))
    else:
        assert Fraction(text) == value
