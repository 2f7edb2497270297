"""The Chinchilla fit of approach 3 in SciPy: L-BFGS-B with the analytic gradient in NumPy, from each start in turn."""
import json
import sys
import time

import numpy as np
from scipy.optimize import minimize

given = json.load(sys.stdin)
log_n, log_d, log_loss = (np.log(np.array(given[name])) for name in ("N", "D", "loss"))
delta = given["delta"]


def objective(theta, log_n, log_d, log_loss):
    ln_a, ln_b, ln_e, alpha, beta = theta
    terms = np.stack([ln_a - alpha * log_n, ln_b - beta * log_d, np.full_like(log_n, ln_e)])
    top = terms.max(axis=0)
    weights = np.exp(terms - top)
    total = weights.sum(axis=0)
    residual = log_loss - top - np.log(total)
    weights /= total
    size = np.abs(residual)
    value = np.where(size <= delta, residual**2 / 2, delta * (size - delta / 2)).sum()
    slope = np.clip(residual, -delta, delta)
    by_term = -(weights * slope)
    gradient = np.array(
        [*by_term.sum(axis=1), -(by_term[0] * log_n).sum(), -(by_term[1] * log_d).sum()]
    )
    return value * 1e6, gradient * 1e6


def fit(start, rows=slice(None)):
    return minimize(objective, start, args=(log_n[rows], log_d[rows], log_loss[rows]), jac=True, method="L-BFGS-B")


begin = time.perf_counter()
fits = [fit(start) for start in given["starts"]]
grid_seconds = time.perf_counter() - begin
best = min(fits, key=lambda found: found.fun)

begin = time.perf_counter()
for rows in given["resamples"]:
    fit(best.x, np.array(rows))
bootstrap_seconds = time.perf_counter() - begin

json.dump({"gridMs": grid_seconds * 1e3, "bootstrapMs": bootstrap_seconds * 1e3, "objective": best.fun / 1e6}, sys.stdout)
