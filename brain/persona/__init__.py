"""Persona: what people have said of themselves, and how they like to be spoken to. Pure values and functions.

`observing.observe` reads a turn into a `PersonaState`; `answering.answer` gives facts back exactly;
`relevance.relevant` and `against.goes_against` choose and check; `lines.to_source` words facts for a
generator; `obeying` keeps wishes.
"""
