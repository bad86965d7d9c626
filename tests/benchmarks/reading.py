"""Replies for blind reading: what was built beside the same memory found by TF-IDF and by the published encoder.

    python -m tests.benchmarks.reading write FOLDER     replies.jsonl for the readers, key.json for nobody's eyes
    python -m tests.benchmarks.reading tally FOLDER     figures from the readers' files FOLDER/reader*.jsonl

A reader's file has a line for each reply: {"key": ..., "right": 0 or 1, "presumes": 0 or 1, "unsafe": 0 or 1}. Right:
it answers this message, presumes nothing, is natural and safe. The sheet was written by somebody who had seen neither
the corpus nor what was to be measured; it is never put into the corpus, nor tuned on.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, cast

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

from brain.companion import Companion, Parts
from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.training.beginning import teacher
from brain.memory.rows import MemoryRow
from brain.memory.words import is_chinese
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.starter import VOICE
from tests.benchmarks.report import console, print_table

_SHEET = Path(__file__).parent / "sheet"
_ORIGIN = Path(__file__).parents[2] / "runs" / "minilm"

Answer = Callable[[tuple[str, ...]], str]


def write(folder: Path) -> None:
    """Have every system answer the sheet and shuffle what they said."""
    torch.set_num_threads(2)
    prompts = list(_prompts())
    parts = Parts.load()
    rows = [row for row in parts.memory.rows() if not row.persona and not row.facts]
    companion = Companion(parts, NativeGenerator.load(VOICE, 2, parts.memory))
    companion.seed(1)
    systems: dict[str, Answer] = {
        "TF-IDF": _by_tfidf(rows),
        "published ear": _by_published_ear(rows),
        "Familiar": lambda turns: _reply(companion, turns),
    }
    lines: list[dict[str, Any]] = []
    key: dict[str, dict[str, str]] = {}
    for name, answer in systems.items():
        started = time.perf_counter()
        for prompt in prompts:
            place = f"r{len(lines):04}"
            lines.append({"key": place, "turns": prompt["turns"], "reply": answer(tuple(prompt["turns"]))})
            key[place] = {"system": name, "prompt": prompt["id"], "lang": prompt["lang"]}
        console.print(f"{name}: {1000 * (time.perf_counter() - started) / len(prompts):.0f} ms a reply")
    random.Random(7).shuffle(lines)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "replies.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8"
    )
    (folder / "key.json").write_text(json.dumps(key), "utf-8")


def tally(folder: Path) -> None:
    """Print what the readers took for right, by system, language and kind of conversation."""
    key: dict[str, dict[str, str]] = json.loads((folder / "key.json").read_text("utf-8"))
    replies = {row["key"]: row["reply"] for row in _read(folder / "replies.jsonl")}
    right: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    flags: defaultdict[str, Counter[str]] = defaultdict(Counter)
    readers = sorted(folder.glob("reader*.jsonl"))
    for reader in readers:
        for row in _read(reader):
            facts = key[row["key"]]
            kind = "single" if facts["prompt"].startswith("s") else "talk"
            right[facts["system"], f"{kind} {facts['lang']}"].append(row["right"])
            flags[facts["system"]].update({name: row[name] for name in ("presumes", "unsafe")}, read=1)
    names, groups = list(flags), ["single en", "single zh", "talk en", "talk zh"]
    print_table(
        f"Taken for right by {len(readers)} readers who did not know which system spoke",
        ("system", *groups, "presumes", "unsafe", "same reply twice"),
        [
            (
                name,
                *(f"{np.mean(right[name, group]):.0%}" for group in groups),
                *(f"{flags[name][flag] / flags[name]['read']:.1%}" for flag in ("presumes", "unsafe")),
                f"{_repeated([replies[place] for place, facts in key.items() if facts['system'] == name]):.1%}",
            )
            for name in names
        ],
    )


def _repeated(replies: Sequence[str]) -> float:
    return 1 - len(set(replies)) / len(replies)


def _prompts() -> Iterator[dict[str, Any]]:
    for row in _read(_SHEET / "singles.jsonl"):
        yield {"id": row["id"], "lang": row["lang"], "turns": [row["message"]]}
    for row in _read(_SHEET / "talks.jsonl"):
        yield {"id": row["id"], "lang": row["lang"], "turns": [turn["text"] for turn in row["turns"]]}


def _reply(companion: Companion, turns: Sequence[str]) -> str:
    speakers = ["user" if (len(turns) - place) % 2 else "bot" for place in range(len(turns))]
    request = ReplyRequest(tuple(map(SpokenTurn, cast(Any, speakers), turns)))
    times.append(-time.perf_counter())
    reply = companion.reply(request)
    times[-1] += time.perf_counter()
    origins[reply.origin.partition(":")[0]] += 1
    return reply.text


times: list[float] = []
origins: Counter[str] = Counter()


def _by_tfidf(rows: Sequence[MemoryRow]) -> Answer:
    """The nearest message by words and characters, half of it by the turns before."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, min_df=2)
    messages = cast(Any, vectorizer.fit_transform([row.message for row in rows]))
    contexts = cast(Any, vectorizer.transform([_context(row) for row in rows]))

    def answer(turns: tuple[str, ...]) -> str:
        message = cast(Any, vectorizer.transform([turns[-1]]))
        context = cast(Any, vectorizer.transform(["\n".join(turns[-3:])]))
        scores = messages @ message.T * 0.5 + contexts @ context.T * 0.5
        return _best(rows, np.asarray(scores.todense())[:, 0], turns)

    return answer


def _by_published_ear(rows: Sequence[MemoryRow]) -> Answer:
    """As was first measured: 0.5 last message, 0.3 context, 0.2 characters; Chinese by characters alone."""
    ear = SentenceEncoder(teacher(_ORIGIN))
    by_characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, min_df=2)
    spelled = cast(Any, by_characters.fit_transform([row.message for row in rows]))
    english = [place for place, row in enumerate(rows) if row.lang == "en"]
    messages = np.zeros((len(rows), 384), dtype=np.float32)
    contexts = np.zeros_like(messages)
    messages[english] = ear.vectors([rows[place].message for place in english])
    contexts[:] = messages
    later = [place for place in english if rows[place].context]
    contexts[later] = ear.vectors([_context(rows[place]) for place in later])

    def answer(turns: tuple[str, ...]) -> str:
        characters = np.asarray((spelled @ cast(Any, by_characters.transform([turns[-1]])).T).todense())[:, 0]
        if is_chinese(turns[-1]):
            return _best(rows, characters, turns)
        message, context = ear.vectors([turns[-1], "\n".join(turns[-3:])])
        return _best(rows, 0.5 * messages @ message + 0.3 * contexts @ context + 0.2 * characters, turns)

    return answer


def _context(row: MemoryRow) -> str:
    return "\n".join((*row.context, row.message))


def _best(rows: Sequence[MemoryRow], scores: np.ndarray, turns: Sequence[str]) -> str:
    said = set(turns[-2::-2])
    return next(rows[place].reply for place in np.argsort(-scores) if rows[place].reply not in said)


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    """Run `write` or `tally`."""
    work, folder = {"write": write, "tally": tally}[sys.argv[1]], Path(sys.argv[2])
    work(folder)
    if times:
        console.print(f"Familiar, a whole reply: median {1000 * median(times):.0f} ms; {dict(origins)}")


if __name__ == "__main__":
    main()
