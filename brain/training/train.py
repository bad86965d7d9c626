"""Training: teacher-forced maximum likelihood with AdamW, from a run's settings to a checkpoint.

A run's folder holds `state/` (to go on after a kill), `best/` (the checkpoint with the lowest validation loss) and
`curves.png`. Starting the same run again goes on where it was.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from brain.errors import TrainingError
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import ResponseMemory
from brain.text.batches import Batch, collate, encode_dialogue
from brain.text.dialogues import read_dialogues
from brain.text.stream import BatchStream, group_by_length, trained_speakers
from brain.text.tokenizer import Tokenizer
from brain.training.card import write_card
from brain.training.checkpoint import Checkpoint, build_model, load_checkpoint, rebuild, save_checkpoint
from brain.training.curves import draw_curves
from brain.training.run_state import Progress, load_run_state, save_run_state
from brain.training.settings import RunSettings, Schedule
from brain.voice.config import ModelConfig
from brain.voice.seq2seq import Seq2Seq

_TOKENIZER_DIALOGUES = 20_000
_LOSS_WINDOW = 20


class Trainer:
    """One run. `train()` returns the folder of the best checkpoint."""

    def __init__(self, settings: RunSettings, console: Console | None = None) -> None:
        self.settings = settings
        self.console = console or Console(stderr=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_num_threads(settings.schedule.threads)
        torch.manual_seed(settings.schedule.seed)
        checkpoint = self._begin()
        self.model, self.tokenizer, self.memory = checkpoint.model, checkpoint.tokenizer, checkpoint.memory
        self.model.to(self.device)
        self.optimizer = _optimizer(self.model, settings.schedule)
        self.progress = self._resume()
        self.valid_batches = list(self._validation_batches())

    @property
    def best(self) -> Path:
        """Folder of the checkpoint with the lowest validation loss so far."""
        return self.settings.out / "best"

    def train(self) -> Path:
        """Run to the last step, or until validation stops improving. Raises TrainingError when the loss diverges."""
        schedule = self.settings.schedule
        if self._finished():
            self.console.print(f"This run is finished: {self.best}")
            return self.best
        stream = self._stream().batches(start=self.progress.step)
        with _progress_bar(self.console) as bar:
            task = bar.add_task("training", total=schedule.steps, completed=self.progress.step, note="")
            for loss in self._steps(stream):
                bar.update(task, completed=self.progress.step, note=f"loss {loss:.3f}")
                if self.progress.step % schedule.valid_every == 0 or self.progress.step == schedule.steps:
                    perplexity = math.exp(self._checkpoint())
                    bar.console.print(f"step {self.progress.step}: validation perplexity {perplexity:.2f} a token")
                if self._finished():
                    break
        self._report()
        return self.best

    def _begin(self) -> Checkpoint:
        settings = self.settings
        memory = settings.memory and ResponseMemory.of_dialogues(read_dialogues(settings.memory))
        if settings.start_from:
            start = load_checkpoint(settings.start_from)
            return Checkpoint(rebuild(start.model, settings.model), start.tokenizer, memory or start.memory)
        path = settings.out / "tokenizer.json"
        if not path.exists():
            self.console.print("Learning the tokenizer...")
            path.parent.mkdir(parents=True, exist_ok=True)
            texts = (line for file in settings.train for line in _texts(file.path))
            Tokenizer.train(texts, settings.vocab_size).save(path)
        tokenizer = Tokenizer.load(path)
        config = ModelConfig.from_dict({**settings.model, "vocab_size": tokenizer.vocab_size})
        return Checkpoint(Seq2Seq(config), tokenizer, memory)

    @property
    def _exemplars(self) -> Exemplars | None:
        return Exemplars(self.memory, self.model.config.exemplars) if self.memory else None

    def _resume(self) -> Progress:
        folder = self.settings.out / "state"
        if not folder.exists():
            return Progress()
        progress, weights = load_run_state(folder, self.optimizer)
        self.model.load_state_dict(build_model(self.model.config, weights, str(folder)).state_dict())
        self.console.print(f"Going on from step {progress.step}.")
        return progress

    def _stream(self) -> BatchStream:
        config, schedule = self.model.config, self.settings.schedule
        return BatchStream(
            self.settings.train,
            self.tokenizer,
            config.max_turns,
            config.max_length,
            schedule.batch_tokens,
            schedule.seed,
            self._exemplars,
        )

    def _validation_batches(self) -> Iterator[Batch]:
        config = self.model.config
        # As in training, so that it shows whether the fitting exemplar is picked and copied; evaluation never has it.
        find = self._exemplars and self._exemplars.find_for_training(random.Random(self.settings.schedule.seed))
        for path in self.settings.valid:
            encoded = [
                encode_dialogue(d, trained_speakers(d), self.tokenizer, config.max_turns, config.max_length, find)
                for d in read_dialogues(path)
            ]
            usable = [dialogue for dialogue in encoded if dialogue.replies]
            yield from map(collate, group_by_length(usable, self.settings.schedule.batch_tokens))

    def _steps(self, stream: Iterable[Batch]) -> Iterator[float]:
        """Take steps, yielding the loss of each in nats a target token."""
        schedule = self.settings.schedule
        self.model.train()
        for batch in islice(stream, schedule.steps - self.progress.step):
            started = time.monotonic()
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(self.progress.step, schedule)
            loss = self._loss(batch)
            value = loss.item()
            if not math.isfinite(value):
                raise TrainingError(f"the loss at step {self.progress.step} is {value}: lower schedule.learning_rate")
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), schedule.clip_norm)
            self.optimizer.step()
            self.progress.step += 1
            self.progress.seconds += time.monotonic() - started
            if self.progress.step % _LOSS_WINDOW == 0:
                self.progress.train_losses.append((self.progress.step, value))
            yield value

    def _loss(self, batch: Batch) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self.settings.schedule.precision == "bfloat16"):
            return self.model(batch.to(self.device)) / batch.target_tokens

    def _checkpoint(self) -> float:
        """Validate, keep the best, save the run; return the validation loss."""
        loss = self._validate()
        progress = self.progress
        progress.valid_losses.append((progress.step, loss))
        if loss < progress.best_loss:
            progress.best_loss, progress.best_step = loss, progress.step
            metrics = {"valid_perplexity_token": math.exp(loss), "step": progress.step}
            card = write_card(self.model, self.settings, metrics)
            save_checkpoint(self.best, Checkpoint(self.model, self.tokenizer, self.memory), metrics, card)
        save_run_state(self.settings.out / "state", progress, self.model.state_dict(), self.optimizer)
        draw_curves(progress, self.settings.out / "curves.png")
        return loss

    def _validate(self) -> float:
        self.model.eval()
        with torch.inference_mode():
            total = sum(self._loss(batch).item() * batch.target_tokens for batch in self.valid_batches)
        self.model.train()
        return total / sum(batch.target_tokens for batch in self.valid_batches)

    def _finished(self) -> bool:
        schedule, progress = self.settings.schedule, self.progress
        waited = sum(1 for step, _ in progress.valid_losses if step > progress.best_step)
        return progress.step >= schedule.steps or waited >= schedule.patience

    def _report(self) -> None:
        progress = self.progress
        self.console.print(
            f"Step {progress.step} after {progress.seconds / 60:.1f} minutes; best validation perplexity "
            f"{math.exp(progress.best_loss):.2f} a token at step {progress.best_step}.\n"
            f"Model: {self.best}\nCurves: {self.settings.out / 'curves.png'}"
        )


def learning_rate(step: int, schedule: Schedule) -> float:
    """Linear warm-up, then half a cosine to zero (Loshchilov & Hutter 2017, §3)."""
    if step < schedule.warmup_steps:
        return schedule.learning_rate * (step + 1) / schedule.warmup_steps
    done = (step - schedule.warmup_steps) / max(1, schedule.steps - schedule.warmup_steps)
    return schedule.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def _optimizer(model: Seq2Seq, schedule: Schedule) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019); second moments decay faster than usual since runs are short."""
    return torch.optim.AdamW(
        model.parameters(),
        lr=schedule.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=schedule.weight_decay,
        fused=True,
    )


def _texts(path: Path) -> Iterator[str]:
    for dialogue in islice(read_dialogues(path), _TOKENIZER_DIALOGUES):
        yield dialogue.style
        for lines in dialogue.persona.values():
            yield from lines
        yield from (turn.text for turn in dialogue.turns)


def _progress_bar(console: Console) -> ProgressBar:
    return ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} {task.fields[note]}"),
        TimeRemainingColumn(),
        console=console,
    )
