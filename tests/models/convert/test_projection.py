import hashlib

import numpy as np
import pytest

from aima.models.convert.projection import projection


@pytest.mark.parametrize(("inputs", "outputs"), [(20, 20), (160, 90), (1280, 560)])
def test_columns_are_orthonormal_and_mix_every_input(inputs, outputs):
    matrix = projection(inputs, outputs)
    assert matrix.shape == (inputs, outputs)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(outputs), atol=1e-12)
    np.testing.assert_allclose(np.abs(matrix), 1 / np.sqrt(inputs))


def test_angles_stay_but_for_chance():
    vectors = np.random.default_rng(0).standard_normal((50, 1280)) + 1
    near = vectors + 0.5 * np.random.default_rng(1).standard_normal(vectors.shape)

    def cosine(a, b):
        return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)

    matrix = projection(1280, 560)
    assert cosine(vectors @ matrix, near @ matrix) == pytest.approx(cosine(vectors, near), abs=0.05)


def test_every_machine_computes_the_same():
    signs = (projection(1280, 560) > 0).astype(np.uint8).tobytes()
    assert hashlib.sha256(signs).hexdigest().startswith("a7afeb0ed243d66c")


@pytest.mark.parametrize(("inputs", "outputs"), [(1024, 10), (60, 10), (40, 41), (40, 0)])
def test_sizes_that_cannot_be_are_refused(inputs, outputs):
    with pytest.raises(ValueError, match=f"from {inputs} to {outputs}"):
        projection(inputs, outputs)
