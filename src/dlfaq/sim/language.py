"""A synthetic language whose entropy is known: sentences of a random Markov chain."""

import torch
from torch import Tensor

from dlfaq.sim.replicates import Replicates
from dlfaq.sim.training_data import Data


def language(
    replicates: Replicates,
    tokens: int = 12,
    length: int = 16,
    sentences: int = 512,
    valid: int = 128,
    sharpness: float = 2.0,
) -> tuple[Data, Tensor]:
    """Sentences in which each token is drawn given the one before, the first one evenly.

    Each replicate has a language of its own: the scores of the tokens that may follow a token
    are normal with standard deviation `sharpness`, and their softmax is the probability.

    Args:
        replicates: One language and its sentences each; draws `grammar`, `begin`, `follow`.
        tokens: Different tokens k.
        length: Tokens T that are read; the T answers are the tokens after them.
        sentences: Sentences n to train on; 256 more are the test part.
        valid: Sentences for validation.
        sharpness: 0 makes all tokens equally likely.

    Returns:
        Data with x and y (R, n, T), and the lowest loss (R,) in nats a token that any model can
        expect: the entropy of the next token given the last, over the positions of the test part.
    """
    scores = sharpness * replicates.normal("grammar", tokens, tokens)  # (R, k, k)
    log_p = scores.log_softmax(-1)
    steps = log_p.exp().cumsum(-1)  # (R, k, k)
    count = sentences + valid + 256
    chance = replicates.uniform("follow", length, count)  # (R, T, all)
    now = replicates.integers("begin", tokens, count)  # (R, all)
    each = torch.arange(len(replicates), device=now.device)[:, None]
    text = [now]
    for position in range(length):
        below = steps[each, now] < chance[:, position, :, None]  # (R, all, k)
        now = below.sum(-1).clamp(max=tokens - 1)
        text.append(now)
    whole = torch.stack(text, 2)  # (R, all, T + 1)
    x, y = whole[..., :-1].contiguous(), whole[..., 1:].contiguous()
    cut = [slice(sentences), slice(sentences, sentences + valid), slice(sentences + valid, count)]
    fit, held, test = ((x[:, rows], y[:, rows]) for rows in cut)
    entropy = -(log_p.exp() * log_p).sum(-1)  # (R, k): of the token after each token
    return Data(fit, test, held, tokens), entropy[each, test[0].flatten(1)].mean(1)
