"""Numbers from 0 to 1 without a pattern, the same as those of `contestants/uniforms.mjs`."""
import numpy as np


def uniforms(seed, n):
    values, state = np.empty(n), seed
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        values[i] = state / 2**32
    return values
