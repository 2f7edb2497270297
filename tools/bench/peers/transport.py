"""The cases of the suite `divergences` in POT and SciPy: the argument says which."""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import ot
from answer import answer
from scipy.stats import wasserstein_distance
from uniforms import uniforms

script = "import('./sizes.mjs').then(({ sizes }) => console.log(JSON.stringify(sizes.transport)))"
folder = Path(__file__).parent.parent
sizes = json.loads(subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, check=True).stdout)
n = sizes["points"]


def entropic(method, blur):
    x, y = uniforms(1, 2 * n).reshape(n, 2), 0.2 + 0.7 * uniforms(2, 2 * n).reshape(n, 2)
    cost = ((x[:, None] - y[None]) ** 2).sum(2)
    epsilon, equal = cost.mean() / blur, np.full(n, 1 / n)
    # POT stops by the Euclidean norm of what the marginals miss, which is about their sum over sqrt(n).
    enough = sizes["tolerance"] / np.sqrt(n)
    run = lambda: ot.sinkhorn(equal, equal, cost, epsilon, method=method, stopThr=enough, numItermax=100_000, log=True)

    def note(result):
        plan, log = result
        wrong = abs(plan.sum(0) - equal).sum() + abs(plan.sum(1) - equal).sum()
        inside = plan > 0
        relative = (plan[inside] * np.log(plan[inside] * n * n)).sum()
        value = (plan * cost).sum() + epsilon * relative
        return f"{value:.7f} after {log['niter']} sweeps, marginals wrong by {wrong:.1e}"

    return run, note


def on_line(distance):
    x, y = uniforms(3, sizes["line"]), uniforms(4, sizes["line"]) ** 2
    return lambda: distance(x, y), lambda found: f"{float(found):.7f}"


def sinkhorn(method):
    return {
        f"Sinkhorn, {n} x {n}, blur 1/{blur}": (lambda blur: lambda: entropic(method, blur))(blur)
        for blur in sizes["blurs"]
    }


line = f"Wasserstein on a line, {sizes['line']} points"
contestants = {
    "plain": sinkhorn("sinkhorn") | {line: lambda: on_line(lambda x, y: ot.emd2_1d(x, y, metric="minkowski", p=1))},
    "log": sinkhorn("sinkhorn_log") | {line: lambda: on_line(lambda x, y: ot.wasserstein_1d(x, y, p=1))},
    "SciPy": {line: lambda: on_line(wasserstein_distance)},
}
answer(contestants[sys.argv[1]])
