"""What `familiar chat` does until its first reply, one step after the other, with the seconds each took.

python -m tests.benchmarks.first_words MODEL_FOLDER TIME_OF_START
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path

_BEGAN = time.time() - float(sys.argv[2])


def tell_steps(model: Path) -> None:
    clock = time.perf_counter()

    def told(step: str) -> None:
        nonlocal clock
        print(f"{time.perf_counter() - clock:.3f} {step}", flush=True)
        clock = time.perf_counter()

    print(f"{_BEGAN:.3f} starting Python")
    for module in ("bot.cli.entry", "bot.app", "adapters.console.adapter"):
        import_module(module)
    told("importing the host")
    import torch

    told("importing torch")
    from brain.companion import Companion
    from brain.reply import ReplyRequest, SpokenTurn

    told("importing the network")
    generator = Companion.load(model, threads=torch.get_num_threads())
    told("verifying and loading the model")
    generator.reply(ReplyRequest(turns=(SpokenTurn("user", "Hello!"),)), lambda _text: False)
    told("warming up")
    generator.reply(ReplyRequest(turns=(SpokenTurn("user", "hello"),)))
    told("making the reply")


tell_steps(Path(sys.argv[1]))
