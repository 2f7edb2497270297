"""Trains byte-level BPE with Hugging Face's tokenizers (Rust) on a text."""
import json
import sys
import time

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

given = json.load(sys.stdin)
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=given["size"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
)
begin = time.perf_counter()
tokenizer.train_from_iterator([given["text"]], trainer)
train_seconds = time.perf_counter() - begin

begin = time.perf_counter()
tokens = len(tokenizer.encode(given["text"]).ids)
encode_seconds = time.perf_counter() - begin

json.dump({"trainMs": train_seconds * 1e3, "encodeMs": encode_seconds * 1e3, "tokens": tokens}, sys.stdout)
