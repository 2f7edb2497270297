"""The cases of the suite `engine` in PyTorch on the CPU, timed when a line on standard input asks for one."""
import json
import subprocess
from pathlib import Path

import torch
import torch.nn.functional as F
from answer import answer
from torch import nn

script = "import('./sizes.mjs').then(({ sizes }) => console.log(JSON.stringify(sizes)))"
folder = Path(__file__).parent.parent
sizes = json.loads(subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, check=True).stdout)
torch.manual_seed(1)


def labels(rows, classes):
    return torch.arange(rows) * 7919 % classes


def product(m, k, n, transpose_a, transpose_b):
    a = torch.randn(k, m).T if transpose_a else torch.randn(m, k)
    b = torch.randn(n, k).T if transpose_b else torch.randn(k, n)
    return lambda: a @ b


def cross_entropy(rows, classes):
    logits, targets = torch.randn(rows, classes, requires_grad=True), labels(rows, classes)
    return lambda: torch.autograd.grad(F.cross_entropy(logits, targets), logits)


def linear_cross_entropy():
    rows, width, classes = (sizes["linear"][name] for name in ("rows", "width", "classes"))
    x, w = torch.randn(rows, width, requires_grad=True), (torch.randn(width, classes) * 0.05).requires_grad_()
    targets = labels(rows, classes)
    return lambda: torch.autograd.grad(F.cross_entropy(x @ w, targets), [x, w])


def training(parameters, loss):
    optimizer = torch.optim.Adam(parameters, lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def classifier(model, shape, classes):
    x, targets = torch.randn(shape), labels(shape[0], classes)
    return training(model.parameters(), lambda: F.cross_entropy(model(x), targets))


def perceptron():
    s = sizes["perceptron"]
    widths = [s["inputs"], *s["hidden"]]
    hidden = [part for i, width in enumerate(widths[1:]) for part in (nn.Linear(widths[i], width), nn.ReLU())]
    return classifier(nn.Sequential(*hidden, nn.Linear(widths[-1], s["classes"])), [s["batch"], s["inputs"]], s["classes"])


def convolutional():
    s = sizes["convolutional"]
    channels = [1, *s["filters"]]
    blocks = [
        part
        for i, count in enumerate(channels[1:])
        for part in (nn.Conv2d(channels[i], count, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    ]
    flat = (s["side"] // 2 ** len(s["filters"])) ** 2 * channels[-1]
    head = [nn.Flatten(), nn.Linear(flat, s["hidden"]), nn.ReLU(), nn.Linear(s["hidden"], s["classes"])]
    return classifier(nn.Sequential(*blocks, *head), [s["batch"], 1, s["side"], s["side"]], s["classes"])


class Recurrent(nn.Module):
    def __init__(self, inputs, units, classes):
        super().__init__()
        self.gru, self.head = nn.GRU(inputs, units, batch_first=True), nn.Linear(units, classes)

    def forward(self, x):
        return self.head(self.gru(x)[0][:, -1])


def recurrent():
    s = sizes["recurrent"]
    return classifier(Recurrent(s["inputs"], s["units"], s["classes"]), [s["batch"], s["time"], s["inputs"]], s["classes"])


def transformer():
    batch, time_, width, heads = (sizes["transformer"][name] for name in ("batch", "time", "width", "heads"))
    weight = lambda *shape: (torch.randn(*shape) * 0.05).requires_grad_()
    qkv, out, widen, narrow = weight(width, 3 * width), weight(width, width), weight(width, 4 * width), weight(4 * width, width)
    gains = [torch.ones(width, requires_grad=True) for _ in range(2)]
    x, target = torch.randn(batch * time_, width), torch.randn(batch * time_, width)
    norm = lambda x, gain: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * gain

    def loss():
        q, k, v = (part.reshape(batch, time_, heads, -1).transpose(1, 2) for part in (norm(x, gains[0]) @ qkv).split(width, 1))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        attended = x + mixed.transpose(1, 2).reshape(batch * time_, width) @ out
        return (attended + F.relu(norm(attended, gains[1]) @ widen) @ narrow - target).square().mean()

    return training([qkv, out, widen, narrow, *gains], loss)


def operation(shape, compute):
    x = torch.randn(shape)
    return lambda: lambda: compute(x)


wide = (4096, 1000)
row = torch.randn(1000)
cases = {
    "multilayer perceptron": perceptron,
    "convolutional network": convolutional,
    "gated recurrent unit": recurrent,
    "transformer block": transformer,
    "linear cross-entropy": linear_cross_entropy,
    "exp, 2^20": operation(2**20, torch.exp),
    "tanh, 2^20": operation(2**20, torch.tanh),
    "softmax, 4096 x 1000": operation(wide, lambda x: torch.softmax(x, 1)),
    "row added, 4096 x 1000": operation(wide, lambda x: x + row),
    "transposed, 4096 x 1000": operation(wide, lambda x: x.T.contiguous()),
    "sum of rows, 4096 x 1000": operation(wide, lambda x: x.sum(1)),
    "sum of columns, 4096 x 1000": operation(wide, lambda x: x.sum(0)),
    "sum of all, 4096 x 1000": operation(wide, lambda x: x.sum()),
}
cases |= {name: (lambda size: lambda: product(*size))(size) for name, size in sizes["products"].items()}
cases |= {
    f"cross-entropy, {rows} x {classes}": (lambda r, c: lambda: cross_entropy(r, c))(rows, classes)
    for rows, classes in sizes["losses"]
}

def noted(make):
    return lambda: (make(), lambda _: f"{torch.get_num_threads()} threads")


answer({name: noted(make) for name, make in cases.items()})
