"""The curves of a run: training and validation loss by step."""

from __future__ import annotations

from pathlib import Path

from brain.training.run_state import Progress


def draw_curves(progress: Progress, path: Path) -> None:
    """Draw losses (nats a token) by step into a PNG."""
    from matplotlib.figure import Figure  # half a second to import; a run that is killed early never needs it

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss, nats a token")
    for losses, label in ((progress.train_losses, "training"), (progress.valid_losses, "validation")):
        axes.plot([step for step, _ in losses], [loss for _, loss in losses], label=label)
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
