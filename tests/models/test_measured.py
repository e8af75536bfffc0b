"""What the catalogue says of the face models, measured again on photographs and film stills of real faces."""

import json
from itertools import combinations

import cv2
import numpy as np
import pytest

from aima.analyzers.crops import square, tensor
from aima.analyzers.face_detector import FaceDetector
from aima.analyzers.face_embedder import FaceEmbedder, FaceEmbedderOptions
from aima.models.calibrate import fit_calibration
from aima.models.loader import load
from aima.pipeline.looking import find_faces, still


@pytest.fixture(scope="module")
def found(settings, media_dir):
    """By file: person, picture (RGB) and the detector's table, of every picture whose person is known."""
    detector = FaceDetector()
    detector.load(load(settings, "face_detection"))
    seen = {}
    for name, files in json.loads((media_dir / "truth" / "face_identities.json").read_text()).items():
        for file in files:
            picture = cv2.cvtColor(cv2.imread(str(media_dir / file)), cv2.COLOR_BGR2RGB)
            seen[file] = (name, picture, find_faces(detector, picture, file))
    return seen


def largest(table):
    """Index of the largest face of the only frame."""
    return max(enumerate(table["faces"][0].as_py()), key=lambda face: face[1]["width"] * face[1]["height"])


def test_a_face_is_found_in_every_portrait(found):
    assert len(found) == 157
    assert all(table["faces"][0].as_py() for _, _, table in found.values())


@pytest.fixture(scope="module")
def vectors(settings, found):
    """Vector of the largest face by file."""
    embedder = FaceEmbedder()
    embedder.load(load(settings, "face_embedding_512"))
    said = {
        file: embedder.analyze(still(picture, file, table), FaceEmbedderOptions())["face_vectors"][0][largest(table)[0]]
        for file, (_, picture, table) in found.items()
    }
    return {file: np.array(vector.as_py()) for file, vector in said.items() if vector.is_valid}


def test_calibration_is_what_the_named_pairs_give(settings, media_dir, vectors):
    pairs = json.loads((media_dir / "truth" / "face_pairs.json").read_text())
    pairs = [pair for pair in pairs if pair["a"] in vectors and pair["b"] in vectors]
    assert len(pairs) > 1000
    scores = [vectors[pair["a"]] @ vectors[pair["b"]] for pair in pairs]
    again = fit_calibration(scores, [pair["same"] for pair in pairs])
    said = load(settings, "face_embedding_512").calibration
    assert -again.intercept / again.slope == pytest.approx(-said.intercept / said.slope, abs=0.02)
    assert again.slope == pytest.approx(said.slope, rel=0.1)


def test_log_odds_join_the_same_and_nobody_else(settings, found, vectors):
    pairs = list(combinations(vectors, 2))
    odds = load(settings, "face_embedding_512").calibration.log_odds([vectors[a] @ vectors[b] for a, b in pairs])
    same = np.array([found[a][0] == found[b][0] for a, b in pairs])
    assert same.sum() > 500
    assert (odds[same] >= 0).mean() > 0.97
    assert (odds[~same] >= 0).mean() < 0.0005
    assert (odds[~same] >= -2).mean() < 0.01


def test_a_threshold_found_on_some_persons_holds_for_others(found, vectors):
    """Fitted to a half of the persons and used for the other half, twenty times."""
    files = list(vectors)
    persons = np.array([found[file][0] for file in files])
    rows, columns = np.triu_indices(len(files), 1)
    scores = np.einsum("nd,nd->n", *(np.stack([vectors[files[i]] for i in side]) for side in (rows, columns)))
    same, random = persons[rows] == persons[columns], np.random.default_rng(0)
    missed, wrong = [], []
    for _ in range(20):
        learnt = np.isin(persons, random.permutation(np.unique(persons))[: len(np.unique(persons)) // 2])
        known, new = learnt[rows] & learnt[columns], ~learnt[rows] & ~learnt[columns]
        joined = fit_calibration(scores[known], same[known]).log_odds(scores[new]) >= 0
        missed.append((~joined[same[new]]).mean())
        wrong.append(joined[~same[new]].mean())
    assert np.mean(missed) < 0.03
    assert np.mean(wrong) < 0.0005


def test_mouth_landmarks_lie_on_the_mouth(settings, found):
    """Points 48 and 54 are the corners that the detector found by other means; 60..67 lie between the lips' outline."""
    model = load(settings, "mouth_landmarks")
    contract = model.contract
    errors = []
    for _, picture, table in found.values():
        face = largest(table)[1]
        corners = np.reshape(face["landmarks"], (5, 2))
        box = (face["left"], face["top"], face["width"], face["height"])
        crop = square(picture, box, contract["box_scale"], contract["size"])
        points = model.runtime.run({contract["input"]: tensor([crop], contract)})[contract["points"]].reshape(68, 2)
        side = max(face["width"], face["height"]) * contract["box_scale"]
        middle = np.array([face["left"] + face["width"] / 2, face["top"] + face["height"] / 2])
        placed = (points - 0.5) * side + middle
        mouth = placed[contract["mouth_first"] : contract["mouth_last"] + 1]
        eyes = np.linalg.norm(corners[0] - corners[1])
        errors.append(np.linalg.norm(mouth[[0, 6]] - corners[3:], axis=1).mean() / eyes)
        assert np.linalg.norm(mouth.mean(axis=0) - corners[3:].mean(axis=0)) < 0.5 * eyes
    assert np.mean(errors) < 0.1


def test_age_and_gender_are_read_as_the_contract_says(settings, found):
    model = load(settings, "face_embedding_1024")
    contract = model.contract
    men, women = {"Ariel_Sharon", "Colin_Powell", "Tony_Blair"}, {"character_amy", "character_penny"}
    ages = {}
    for name, picture, table in found.values():
        if name not in men | women:
            continue
        face = largest(table)[1]
        box = (face["left"], face["top"], face["width"], face["height"])
        crop = square(picture, box, contract["box_scale"], contract["size"])
        outputs = model.runtime.run({contract["input"]: tensor([crop], contract)})
        assert (outputs[contract["gender"]][0, 0] >= 0.5) == (name in men)
        ages.setdefault(name, []).append(float(outputs[contract["age"]][0] @ np.arange(100)))
    assert np.mean(ages["Ariel_Sharon"]) > np.mean(ages["Tony_Blair"]) > np.mean(ages["character_penny"])
