"""The cases of the suite `segmentation` in GUDHI and Cubical Ripser: the argument says which."""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from answer import answer
from uniforms import uniforms

script = "import('./sizes.mjs').then(({ sizes }) => console.log(sizes.persistence.side))"
folder = Path(__file__).parent.parent
side = int(subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, check=True).stdout)


def gudhi(image):
    from gudhi import CubicalComplex

    def run():
        # what is above a level is what is below it in the negative; pixels are the cells, so components are 8-connected
        cells = CubicalComplex(top_dimensional_cells=-image)
        cells.compute_persistence()
        return [cells.persistence_intervals_in_dimension(dimension) for dimension in (0, 1)]

    return run


def cubical_ripser(image):
    from tcripser import computePH

    def run():
        pairs = computePH(-image, maxdim=1)
        return [pairs[pairs[:, 0] == dimension][:, 1:3] for dimension in (0, 1)]

    return run


def note(found):
    counts = [int((pairs[:, 1] != pairs[:, 0]).sum()) for pairs in found]
    return f"{counts[0]} components, {counts[1]} holes"


rows, columns = np.mgrid[0:side, 0:side]
waves = np.sin(rows / 9) * np.sin(columns / 7) + 0.3 * np.sin((rows + 2 * columns) / 5)
images = {
    "noise": lambda: uniforms(1, side**2).reshape(side, side),
    "waves with a little noise": lambda: waves + 0.05 * uniforms(2, side**2).reshape(side, side),
}
make = {"gudhi": gudhi, "cripser": cubical_ripser}[sys.argv[1]]
answer({f"{name}, {side} x {side}": (lambda image: lambda: (make(image()), note))(image) for name, image in images.items()})
