"""Sums, dates and units, answered by exact code before anything is looked up or generated.

`answers.exact_answer` is the one door. What others keep well is not written again: `text2num` reads English number
words (word2number has had no release since 2017, and a second Chinese reader, cn2an, takes 140 ms to import for what is
25 lines here), `python-dateutil` adds months and finds Easter, `borax` knows the lunisolar calendar (lunardate is GPL),
and `ast` parses sums, of which `evaluator` computes a bounded few by itself (simpleeval computes with floats). Two were
weighed and left: `dateparser` reads a date into nearly anything that holds a number, and `pint` takes half a second to
begin and knows neither 斤 nor "6 ft 2", so that its names would be tabled here all the same.
"""
