"""A small labelled folder that tests make themselves from the two public-domain portraits."""

from __future__ import annotations

import itertools
import json
import wave
from pathlib import Path

import numpy as np

from aima.services.sample import load_recipe
from tests.media_made import place, portrait, write_clip, write_picture
from tests.voices_made import HIGH, LOW, RATE, speak

HEIGHT, LEFT, TOP = 300, 200, 30
"""How `write_picture` shows a portrait: its height in pixels, and where its corner lies."""

SECONDS, CUT = 4.0, 2.0
TALKERS, TALKS = ("low", "high", "low"), 5.0
"""Who speaks one after the other in the talk, and for how many seconds."""
BRIGHTNESS = {"1": 0.8, "2": 1.1}


def make_labelled(folder: Path, faces: dict[str, Path]) -> Path:
    """A clip with a cut at which the second person comes in, and two pictures of each person, all with labels."""
    for part in ("video", "faces", "truth/video"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    people = {name: f"faces/{name}_{{}}.jpg" for name in ("astronaut", "grace_hopper")}
    for name, pattern in people.items():
        for number, brightness in BRIGHTNESS.items():
            write_picture(folder / pattern.format(number), faces[name], brightness)
    _clip(folder / "video" / "two.mp4", faces)
    identities = {name: [pattern.format(number) for number in BRIGHTNESS] for name, pattern in people.items()}
    owner = {file: name for name, files in identities.items() for file in files}
    pairs = [{"a": a, "b": b, "same": int(owner[a] == owner[b])} for a, b in itertools.combinations(owner, 2)]
    label(folder, "face_identities", identities)
    label(folder, "face_pairs", pairs)
    label(folder, "face_boxes", {pattern.format(1): [_box(faces, name)] for name, pattern in people.items()})
    label(folder, "face_counts", dict.fromkeys(owner, 1))
    label(folder, "expression_labels", [{"file": "faces/astronaut_1.jpg", "emotion": "happiness"}])
    persons = [
        {"id": "astronaut", "required": [[0, SECONDS]]},
        {"id": "grace_hopper", "required": [[CUT, SECONDS]]},
    ]
    label(folder, "video/two", {"file": "video/two.mp4", "duration": SECONDS, "cuts": [CUT], "persons": persons})
    return folder


def make_sounds(folder: Path) -> None:
    """Two files of each of two voices, and a talk of both, with labels; nothing is really said in them."""
    for part in ("voices", "talks", "truth/rttm"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    speakers = {"low": LOW, "high": HIGH}
    files = {name: [f"voices/{name}_{number}.wav" for number in (1, 2)] for name in speakers}
    for name, own in files.items():
        for number, file in enumerate(own):
            _write_sound(folder / file, speak(speakers[name], 4.0, seed=number))
    owner = {file: name for name, own in files.items() for file in own}
    label(folder, "speaker_identities", files)
    pairs = [{"a": a, "b": b, "same": int(owner[a] == owner[b])} for a, b in itertools.combinations(owner, 2)]
    label(folder, "voice_pairs", pairs)
    label(folder, "transcripts", [{"file": "voices/low_1.wav", "language": "en", "text": "hello"}])
    label(folder, "queries", [{"query": "good morning", "language": "en", "files": ["voices/low_1.wav"]}])
    talk = [speak(speakers[name], TALKS, seed=10 + number) for number, name in enumerate(TALKERS)]
    _write_sound(folder / "talks" / "talk.wav", np.concatenate(talk))
    lines = [
        f"SPEAKER talk 1 {TALKS * n:.3f} {TALKS:.3f} <NA> <NA> {name} <NA> <NA>\n" for n, name in enumerate(TALKERS)
    ]
    (folder / "truth" / "rttm" / "talk.rttm").write_text("".join(lines), "utf-8")


def _write_sound(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def label(folder: Path, name: str, content: object) -> None:
    """Write a file of labels."""
    (folder / "truth" / f"{name}.json").write_text(json.dumps(content), "utf-8")


def _box(faces: dict[str, Path], name: str) -> dict[str, float]:
    """The face of a portrait where `write_picture` puts it."""
    left, top, width, height = load_recipe().pictures[name].face
    whole = portrait(faces[name], HEIGHT)
    factor = HEIGHT / _height(faces[name])
    assert whole.shape[0] == HEIGHT
    return {
        "left": LEFT + left * factor,
        "top": TOP + top * factor,
        "width": width * factor,
        "height": height * factor,
    }


def _height(path: Path) -> int:
    from PIL import Image

    with Image.open(path) as image:
        return image.height


def _clip(path: Path, faces: dict[str, Path]) -> None:
    one, two = portrait(faces["astronaut"]), portrait(faces["grace_hopper"])

    def paint(picture: np.ndarray, now: float) -> None:
        if now >= CUT:
            np.subtract(255, picture, out=picture)
            place(picture, two, 360)
        place(picture, one, 10 + int(4 * now))

    write_clip(path, SECONDS, paint)
