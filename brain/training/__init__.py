"""From data to a signed-off model version: training, evaluation, checkpoints and the registry."""
