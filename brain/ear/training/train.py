"""Training an ear: bring a message near its good replies and its other wordings, and stay near the teacher elsewhere.

The loss is that of in-batch negatives in both directions (van den Oord et al. 2018, eq. 4), on whole vectors and on
their first numbers alone (Kusupati et al. 2022, §3). Each step draws its batch by its own number, so that a run which
was killed goes on exactly.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor
from torch.nn import functional as F

from brain.ear.checkpoint import Ear, save_ear
from brain.ear.network import pad, sentence_vectors
from brain.ear.training.beginning import beginning, teacher
from brain.ear.training.card import write_card
from brain.ear.training.pairs import Batch, Exchange, Source, read_exchanges
from brain.ear.training.retrieval import right_reply_share
from brain.ear.training.settings import EarRun
from brain.errors import TrainingError
from brain.training.curves import draw_curves
from brain.training.folders import recover
from brain.training.progress_bar import progress_bar
from brain.training.run_state import Progress, load_run_state, save_run_state

_CHUNK = 32
_LOSS_INTERVAL = 10


class EarTrainer:
    """One run. `train()` returns the folder of the trained ear."""

    def __init__(self, run: EarRun, console: Console | None = None) -> None:
        self.run = run
        self.console = console or Console(stderr=True)
        torch.set_num_threads(run.threads)
        torch.manual_seed(run.seed)
        self._sources = [Source(source.kind, source.path, source.lang) for source in run.sources]
        self.teacher = teacher(run.origin)
        self.ear = beginning(self.teacher, self._texts(), run.num_pieces)
        self.optimizer = _build_optimizer(self.ear, run)
        self.progress = self._resume()
        self._valid = {name: _bot_exchanges(run.valid, name) for name in ("en", "zh")}

    def train(self) -> Path:
        """Take the steps that are left and write the ear. Raises TrainingError when the loss diverges."""
        with progress_bar(self.console) as bar:
            task = bar.add_task("training", total=self.run.steps, completed=self.progress.step, note="")
            for loss in self._steps():
                bar.update(task, completed=self.progress.step, note=f"loss {loss:.3f}")
                if self.progress.step % self.run.valid_every == 0 or self.progress.step == self.run.steps:
                    bar.console.print(f"step {self.progress.step}: {self._checkpoint()}")
        return self._finish()

    def _finish(self) -> Path:
        """Write the ear in int8 with its card."""
        folder = self.run.out / "best"
        metrics = {f"right_reply_of_100_{name}": share for name, share in self._validate().items()}
        metrics |= {"steps": self.progress.step, "minutes": round(self.progress.seconds / 60, 1)}
        save_ear(folder, self.ear, metrics, write_card(self.ear, self.run, metrics))
        self.console.print(f"Ear: {folder}\nCurves: {self.run.out / 'curves.png'}")
        return folder

    def _texts(self) -> Iterator[str]:
        """What the vocabulary is chosen by."""
        for source in self._sources:
            yield from source.texts()

    def _resume(self) -> Progress:
        recover(self.run.out / "state")
        if not (self.run.out / "state").exists():
            return Progress()
        progress, weights = load_run_state(self.run.out / "state", self.optimizer)
        self.ear.network.load_state_dict(weights)
        self.console.print(f"Going on from step {progress.step}.")
        return progress

    def _steps(self) -> Iterator[float]:
        self.ear.network.train()
        while self.progress.step < self.run.steps:
            started = time.monotonic()
            for group in self.optimizer.param_groups:
                group["lr"] = group["peak"] * _share(self.progress.step, self.run)
            loss = self._loss(self._batch(self.progress.step))
            if not math.isfinite(value := loss.item()):
                raise TrainingError(f"the loss at step {self.progress.step} is {value}: lower learning_rate")
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.ear.network.parameters(), 1.0)
            self.optimizer.step()
            self.progress.step += 1
            self.progress.seconds += time.monotonic() - started
            if self.progress.step % _LOSS_INTERVAL == 0:
                self.progress.train_losses.append((self.progress.step, value))
            yield value

    def _batch(self, step: int) -> Batch:
        rng = random.Random(f"{self.run.seed} {step}")
        weights = [source.weight for source in self.run.sources]
        return rng.choices(self._sources, weights)[0].batch(rng, self.run.batch_size)

    def _loss(self, batch: Batch) -> Tensor:
        queries = self._read(self.ear, batch.queries)
        if batch.kind == "distil":
            with torch.no_grad():
                target = self._read(self.teacher, batch.queries)
            return (1 - (queries * target).sum(-1)).mean()
        answers = self._read(self.ear, batch.answers)
        sizes = (queries.shape[1], self.ear.network.config.row_size)
        losses = [contrast(queries[:, :size], answers[:, :size], self.run.temperature) for size in sizes]
        return torch.stack(losses).mean()

    def _read(self, ear: Ear, texts: Sequence[str]) -> Tensor:
        rows = [row[:1] + row[1:][-(self.run.max_length - 1) :] for row in ear.pieces.encode_all(texts)]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        vectors: list[Tensor] = []
        for start in range(0, len(order), _CHUNK):  # of like length, so that little is spent on padding
            ids, mask = pad([rows[place] for place in order[start : start + _CHUNK]], ear.pieces.padding)
            vectors.append(sentence_vectors(ear.network(ids, mask), mask))
        return torch.cat(vectors)[torch.tensor(order).argsort()]

    def _checkpoint(self) -> str:
        """Validate and save the run; return the figures in words."""
        shares = self._validate()
        self.progress.valid_losses.append((self.progress.step, 1 - sum(shares.values()) / len(shares)))
        save_run_state(self.run.out / "state", self.progress, self.ear.network.state_dict(), self.optimizer)
        draw_curves(self.progress, self.run.out / "curves.png")
        return ", ".join(f"right reply of 100 {name} {share:.1%}" for name, share in shares.items())

    def _validate(self) -> dict[str, float]:
        self.ear.network.eval()
        with torch.inference_mode():
            found = {name: right_reply_share(items, self._vectors) for name, items in self._valid.items()}
        self.ear.network.train()
        return found

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return self._read(self.ear, texts).numpy()


def contrast(queries: Tensor, answers: Tensor, temperature: float) -> Tensor:
    """Return the mean loss of telling answer i from the others by query i, and query i by answer i: both [N, D]."""
    nearness = F.normalize(queries, dim=-1) @ F.normalize(answers, dim=-1).T / temperature
    target = torch.arange(len(queries))
    return (F.cross_entropy(nearness, target) + F.cross_entropy(nearness.T, target)) / 2


def _bot_exchanges(path: Path, language: str) -> list[Exchange]:
    return [exchange for items in read_exchanges(path, language).values() for exchange in items]


def _build_optimizer(ear: Ear, run: EarRun) -> torch.optim.AdamW:
    words = [ear.network.words.weight]
    others = [value for name, value in ear.network.named_parameters() if name != "words.weight"]
    groups = [{"params": words, "peak": run.embedding_rate}, {"params": others, "peak": run.learning_rate}]
    return torch.optim.AdamW(groups, lr=run.learning_rate, weight_decay=0.0, fused=True)


def _share(step: int, run: EarRun) -> float:
    """Share of the peak learning rate: linear warm-up, then linear to zero (Devlin et al. 2019, A.2)."""
    if step < run.warmup_steps:
        return (step + 1) / run.warmup_steps
    return max(0.0, (run.steps - step) / max(1, run.steps - run.warmup_steps))
