"""Make the second set of sentence vectors, `src/dlfaq/sim/datasets/static_sentences.npy`.

    python benchmarks/make_static_embeddings.py

No network reads the sentences here: each token has one fixed vector, whatever stands around it, and
a sentence's vector is their mean. The token vectors are those of `dlfaq ask`, which
`benchmarks/make_token_vectors.py` distilled from all-MiniLM-L6-v2 (Apache-2.0) with model2vec. The
file is the same byte for byte on every run.
"""

import re

import numpy as np

from dlfaq.ask.vectors import UNIT, TokenVectors
from dlfaq.sim.embeddings import STATIC, sentences


def main() -> None:
    """Average the token vectors of each sentence, and write them as float16."""
    tokens, means = TokenVectors(), []
    for text in sentences().texts:
        words = re.findall("[a-z]+|[0-9]+", text.lower())
        rows = [np.array(piece, np.int8) for word in words for piece in tokens.pieces(word)]
        means.append(np.mean(rows, axis=0) / UNIT)
    np.save(STATIC, np.array(means, np.float16))
    print(f"{len(means)} sentences, {STATIC.stat().st_size} bytes: {STATIC.name}")


if __name__ == "__main__":
    main()
