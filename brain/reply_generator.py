"""NativeGenerator: the network as a ReplyGenerator. It draws several replies and chooses among them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import torch

from brain.line_reader import LineReader
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import ResponseMemory
from brain.reply import GeneratedReply, ReplyRequest
from brain.text.batches import pad_ids
from brain.text.cleaning import clean
from brain.text.sources import LATEST, SILENCE, SourceLine, source_lines
from brain.text.tokenizer import BOS, EOS, PAD
from brain.training.checkpoint import Checkpoint, load_checkpoint
from brain.voice.decoding import Decoding, Hypothesis, decode
from brain.voice.seq2seq import Fused

_SPECIFICITY_WEIGHT = 0.1
_REPETITION_WEIGHT = 2.0


class NativeGenerator:
    """Speaks with a Seq2Seq. One call at a time: a lock guards the network and the lines already read."""

    def __init__(self, checkpoint: Checkpoint, memory: ResponseMemory | None = None) -> None:
        self.model = checkpoint.model.eval()
        self.tokenizer = checkpoint.tokenizer
        config = self.model.config
        self.exemplars = Exemplars(memory, config.exemplars) if memory and config.exemplars else None
        self.decoding = Decoding(count=8, temperature=0.5, max_length=config.max_length)
        self._random = torch.Generator()
        self._random.seed()
        self._reader = LineReader(self.model, self.tokenizer)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, threads: int = 1, memory: ResponseMemory | None = None) -> NativeGenerator:
        """Verify and load a checkpoint onto the GPU, or for `threads` CPU threads. Raises CheckpointError."""
        torch.set_num_threads(threads)
        checkpoint = load_checkpoint(folder)
        checkpoint.model.to("cuda" if torch.cuda.is_available() else "cpu")
        return cls(checkpoint, memory)

    def seed(self, value: int) -> None:
        """Make what is drawn from now on repeatable."""
        self._random.manual_seed(value)

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        """Draw replies to the last turn and return the best.

        While nothing is chosen yet `on_text` gets the empty text at every step; then the reply word by word.
        """
        lines = self._lines_of(request)
        with self._lock, torch.inference_mode():
            fused = self._reader.fuse(lines)
            keep_going = (lambda: on_text("")) if on_text else None
            drawn = decode(self.model, fused, self.decoding, self._random, keep_going)
            best, scores = self._choose(drawn, lines, fused, request)
        text = self.tokenizer.decode(best.ids)
        if on_text:
            reveal(text, on_text)
        return GeneratedReply(text, scores)

    def _lines_of(self, request: ReplyRequest) -> tuple[SourceLine, ...]:
        turns = [(turn.speaker == "bot", clean(turn.text)) for turn in request.turns]
        persona = [clean(line) for line in request.persona]
        facts = [clean(line) for line in request.facts]
        return source_lines(
            clean(request.style), persona, facts, turns, self._find_exemplars(turns), self.model.config.max_turns
        )

    def _find_exemplars(self, turns: Sequence[tuple[bool, str]]) -> Sequence[str]:
        """Return replies to similar messages, none of which was said in this conversation already."""
        if self.exemplars is None or not turns:
            return ()
        said = [text for own, text in turns if own]
        return self.exemplars.find_for_reply([text for _, text in turns], said)

    def _choose(
        self, drawn: Sequence[Hypothesis], lines: Sequence[SourceLine], fused: Fused, request: ReplyRequest
    ) -> tuple[Hypothesis, dict[str, float]]:
        """Rank by likelihood, by how much a reply says about *this* message, and against repeating oneself.

        Specificity is log p(reply | sources) - log p(reply | sources without the turns), per token: the anti-language
        model form of maximum mutual information (Li et al. 2016, §4.5.1) with the persona kept in both.
        """
        candidates = list(dict.fromkeys(drawn))
        with_turns = self._score(candidates, fused)
        silent = [line for line in lines if line.kind < LATEST]
        without_turns = self._score(candidates, self._reader.fuse([*silent, SILENCE]))
        said = [self.tokenizer.encode(clean(turn.text)) for turn in request.turns if turn.speaker == "bot"]
        best: tuple[float, Hypothesis, dict[str, float]] | None = None
        for item, likelihood, bland in zip(candidates, with_turns, without_turns, strict=True):
            repetition = max((_overlap(item.ids, ids) for ids in said), default=0.0)
            scores = {"likelihood": likelihood, "specificity": likelihood - bland, "repetition": repetition}
            total = likelihood + _SPECIFICITY_WEIGHT * scores["specificity"] - _REPETITION_WEIGHT * repetition**2
            if best is None or total > best[0]:
                best = (total, item, scores)
        assert best is not None  # decode never returns nothing
        return best[1], best[2]

    def _score(self, candidates: Sequence[Hypothesis], fused: Fused) -> list[float]:
        """Return the mean log probability a token of each candidate, its end included."""
        fused = fused.select(torch.zeros(len(candidates), dtype=torch.long))
        inputs = pad_ids([(BOS, *item.ids) for item in candidates]).to(self.model.device)
        outputs = pad_ids([(*item.ids, EOS) for item in candidates]).to(self.model.device)
        hidden, _ = self.model.decode(inputs, fused)
        log_probs = self.model.target_log_probs(hidden, fused, outputs) * (outputs != PAD)
        return [float(total) / (len(item.ids) + 1) for total, item in zip(log_probs.sum(1), candidates, strict=True)]


def _overlap(ids: Sequence[int], said: Sequence[int]) -> float:
    """Return the share of a reply's token pairs that an earlier reply had too."""
    pairs = set(pairwise(ids))
    return len(pairs & set(pairwise(said))) / max(1, len(pairs))


def reveal(text: str, on_text: Callable[[str], bool]) -> None:
    """Show a text that is finished word by word, until it is enough."""
    words = text.split(" ")
    for count in range(1, len(words) + 1):
        if not on_text(" ".join(words[:count])):
            return
