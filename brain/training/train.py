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

from brain.errors import ConfigError, DataError, TrainingError
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import ResponseMemory
from brain.text.batches import Batch, collate, encode_dialogue
from brain.text.dialogues import read_dialogues
from brain.text.stream import BatchStream, group_by_length, trained_speakers
from brain.training.beginning import begin
from brain.training.card import write_card
from brain.training.checkpoint import Checkpoint, build_model, save_checkpoint
from brain.training.curves import draw_curves
from brain.training.folders import recover
from brain.training.metrics import perplexity
from brain.training.optimizer import build_optimizer, learning_rate
from brain.training.progress_bar import progress_bar
from brain.training.run_state import Progress, load_run_state, save_run_state
from brain.training.settings import RunSettings

_LOSS_INTERVAL = 20
"""Steps between the training losses that are kept for the curves."""


class Trainer:
    """One run. `train()` returns the folder of the best checkpoint. Exemplars are found in `memory`."""

    def __init__(
        self, settings: RunSettings, console: Console | None = None, memory: ResponseMemory | None = None
    ) -> None:
        self.settings = settings
        self.memory = memory
        self.console = console or Console(stderr=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_num_threads(settings.schedule.threads)
        torch.manual_seed(settings.schedule.seed)
        for folder in (self._state, self.best):
            recover(folder)
        # A run that goes on has in `best` whatever it took from start_from, which may be gone by now.
        goes_on = self._state.exists() and self.best.exists()
        begun = begin(settings, self.best if goes_on else settings.start_from, self.console)
        self.model, self.tokenizer = begun.model, begun.tokenizer
        if self.model.config.exemplars and memory is None:
            raise ConfigError("model.exemplars needs a memory to find them in, and this run was given none")
        self.model.to(self.device)
        self.optimizer = build_optimizer(self.model, settings.schedule)
        self.progress = self._resume()
        self.valid_batches = list(self._validation_batches())

    @property
    def best(self) -> Path:
        """Folder of the checkpoint with the lowest validation loss so far."""
        return self.settings.out / "best"

    @property
    def _state(self) -> Path:
        return self.settings.out / "state"

    def train(self) -> Path:
        """Run to the last step, or until validation stops improving. Raises TrainingError when the loss diverges."""
        schedule = self.settings.schedule
        if self._finished():
            self.console.print(f"This run is finished: {self.best}")
            return self.best
        stream = self._stream().batches(start=self.progress.step)
        with progress_bar(self.console) as bar:
            task = bar.add_task("training", total=schedule.steps, completed=self.progress.step, note="")
            for loss in self._steps(stream):
                bar.update(task, completed=self.progress.step, note=f"loss {loss:.3f}")
                if self.progress.step % schedule.valid_every == 0 or self.progress.step == schedule.steps:
                    loss = self._checkpoint()
                    bar.console.print(
                        f"step {self.progress.step}: validation perplexity {perplexity(loss):.2f} a token"
                    )
                if self._finished():
                    break
        self._report()
        return self.best

    @property
    def _exemplars(self) -> Exemplars | None:
        count = self.model.config.exemplars
        return Exemplars(self.memory, count) if self.memory and count else None

    def _resume(self) -> Progress:
        data = self.settings.data_order()
        if not self._state.exists():
            return Progress(data=data)
        progress, weights = load_run_state(self._state, self.optimizer)
        if changed := [name for name, value in progress.data.items() if value != data.get(name)]:
            raise ConfigError(
                f"{changed[0]} is not what it was when the run in {self.settings.out} began, which could not go on "
                "exactly: put it back, or choose another out"
            )
        progress.data = data
        self.model.load_state_dict(build_model(self.model.config, weights, str(self._state)).state_dict())
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
            if not usable:
                raise DataError(f"{path} has no reply of at most {config.max_length - 1} tokens to validate on")
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
            if self.progress.step % _LOSS_INTERVAL == 0:
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
            metrics = {"valid_perplexity_token": perplexity(loss), "step": progress.step}
            card = write_card(self.model, self.settings, metrics)
            save_checkpoint(self.best, Checkpoint(self.model, self.tokenizer), metrics, card)
        save_run_state(self._state, progress, self.model.state_dict(), self.optimizer)
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
            f"{perplexity(progress.best_loss):.2f} a token at step {progress.best_step}.\n"
            f"Model: {self.best}\nCurves: {self.settings.out / 'curves.png'}"
        )
