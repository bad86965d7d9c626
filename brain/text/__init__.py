"""From raw text to tensors: cleaning, the tokenizer, dialogues, and the batches that training runs on."""
