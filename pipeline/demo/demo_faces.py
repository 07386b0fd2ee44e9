"""The built-in data set: happy and sad faces of nobody, drawn by seed.

They come from an active appearance model (Cootes, Edwards and Taylor, 2001): ``demo_faces.npz``
holds the mean landmarks and the mean face, 300 components in which they vary together and, in
their space, a mixture of Gaussians for each class. ``experiments/maintenance/build_demo_faces.py``
learned them from FER2013's Training part. A face is a draw from its class's mixture, seen in a
slightly different pose, light and grain each time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from happysad.pipeline.demo import rendering
from happysad.pipeline.demo.face_folder import write_faces
from happysad.utils.errors import UserError

LABELS = ("happy", "sad")
_VERSION = 2  # of the drawing: to be raised when the same seed gives other pixels
_MIN_FACES = 20  # in a folder: fewer would leave a part with one class only
_CHUNK = 256  # faces drawn at a time, so that memory does not grow with their number


def make_demo_faces(
    n_samples: int = 600,
    *,
    random_state: int | np.random.Generator = 0,
    balance: float = 0.5,
    size: int = 96,
    variation: float = 1.0,
) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Draw labelled faces of nobody, in mixed order.

    Parameters
    ----------
    n_samples : int
        At least 2.
    random_state : int or Generator
        The same seed gives the same faces.
    balance : float
        Share of happy faces, between 0 and 1; there is always one of each class.
    size : int
        Side of the images in pixels, 32 to 1024.
    variation : float
        Strength of what does not depend on the label: turns of 4 degrees (standard deviation),
        shifts of 2 pixels, side light, brightness, contrast, blur and grain. 0 gives the bare
        faces; at 3 the detector misses one in six.

    Returns
    -------
    images : (n, size, size) uint8
    labels : (n,) str, "happy" or "sad"

    Raises
    ------
    UserError
        A parameter is out of its range, or the basis is missing.

    Examples
    --------
    >>> images, labels = make_demo_faces(5, random_state=0)
    >>> images.shape, images.dtype
    ((5, 96, 96), dtype('uint8'))
    >>> labels.tolist()
    ['sad', 'sad', 'sad', 'happy', 'happy']
    """
    seeded = isinstance(random_state, np.random.Generator) or random_state >= 0
    for valid, text in (
        (n_samples >= 2, f"n_samples is {n_samples}: give 2 or more"),
        (seeded, f"the seed is {random_state}: give 0 or more"),
        (0 < balance < 1, f"balance is {balance}: give a share of happy between 0 and 1"),
        (32 <= size <= 1024, f"size is {size}: give 32 to 1024 pixels"),
        (0 <= variation <= 5, f"variation is {variation}: give 0 to 5"),
    ):
        if not valid:
            raise UserError(f"cannot draw the built-in faces, {text}")
    rng = np.random.default_rng(random_state)
    n_happy = min(max(round(n_samples * balance), 1), n_samples - 1)
    classes = rng.permutation(np.arange(n_samples) >= n_happy).astype(int)
    basis, images = rendering.load_basis(), []
    for start in range(0, n_samples, _CHUNK):
        codes = rendering.draw_codes(basis, classes[start : start + _CHUNK], rng)
        faces = rendering.faces_of(basis, codes)
        images += [rendering.photographed(face, rng, size, variation) for face in faces]
    return np.stack(images), np.array(LABELS)[classes]


def demo_folder(folder: str | Path | None = None, *, n_samples: int = 800, seed: int = 0) -> Path:
    """Write demo faces as PNG files below ``train/ val/ test/``, in ``happy/`` and ``sad/``.

    Every face of every part is drawn on its own. The folder is whole or not there at all; a
    whole one is reused, a damaged one is written anew.

    Parameters
    ----------
    folder : str or Path, optional
        New, empty, or of demo faces; by default a folder of the cache.
    n_samples : int
        At least 20; 60% go to train, 15% to val and 25% to test.

    Raises
    ------
    UserError
        A number is out of its range, the folder holds other files, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = demo_folder(tempfile.mkdtemp(), n_samples=20)
    >>> len(list(folder.glob("test/*/*.png")))
    5
    """
    if n_samples < _MIN_FACES:
        raise UserError(
            f"{n_samples} built-in faces are too few for three parts: give {_MIN_FACES} or more"
        )
    if seed < 0:
        raise UserError(f"cannot draw the built-in faces, the seed is {seed}: give 0 or more")
    rendering.load_basis()  # UserError where it is missing
    val, test = round(0.15 * n_samples), round(0.25 * n_samples)
    sizes = {"train": n_samples - val - test, "val": val, "test": test}
    basis_digest = hashlib.sha256(rendering.BASIS_FILE.read_bytes()).hexdigest()[:16]
    return write_faces(
        folder,
        f"demo-v{_VERSION}-{n_samples}-{seed}",
        f"happysad demo faces v{_VERSION}, basis {basis_digest}, {n_samples} faces, seed {seed}",
        lambda: {
            part: make_demo_faces(n, random_state=np.random.default_rng([seed, i]))
            for i, (part, n) in enumerate(sizes.items())
        },
    )
