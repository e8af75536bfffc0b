"""Every threshold of fusion, in one place. One set for all media; lengths of time in microseconds.

Similarities are cosines of face vectors; overlap is intersection over union (IoU) of boxes; quality is the
column `face_quality` (0..1, from about 0.4 a vector is useful for linking).
"""

from __future__ import annotations

from typing import Final

# Following a face from frame to frame
BRIDGE_US: Final = 1_000_000
"""A face may be unseen this long (turned away, covered) and still be the same track."""
PLACE_NEXT: Final = 0.25
"""Least overlap with the predicted box from one sample to the next."""
PLACE_BRIDGED: Final = 0.15
"""Least overlap with the predicted box after a gap, where LOOK_BRIDGED must hold too."""
LOOK_BRIDGED: Final = 0.30
"""Least similarity after a gap."""
PLACE_ALONE: Final = 0.50
"""Least overlap after a gap where there are no vectors to compare."""
LOOK_MOVED: Final = 0.50
"""Least similarity if a face moved so fast that boxes do not overlap ..."""
REACH: Final = 2.0
"""... and the farthest it may have moved from its predicted place, in widths of the face."""
LOOK_CONTRADICTS: Final = 0.25
"""Below this two good vectors are two people, however well their boxes overlap (a cut that was not seen). Of 1197
neighbouring good looks at one face one in a thousand was below 0.35."""

# What a track is worth
USEFUL_QUALITY: Final = 0.40
"""Samples below it (profile, blurred, tiny) stay out of a track's vectors if better ones are there."""
VECTORS_PER_TRACK: Final = 5
"""Single vectors kept per track, best quality, spread over its time."""
LONE_SCORE: Final = 0.75
"""A face seen in a single frame of a video is kept from this detector score on."""

# Persons
FACE_SCORE: Final = 0.6
"""Detector scores from which a look speaks for a face: what is none (hair, cloth, dark) is seen again and again, too,
but with scores below."""
SURE: Final = 0.3
"""Sum of (detector score - FACE_SCORE) over its samples from which a track is surely a face and may found a person."""
FOUNDER_SIZE: Final = 24.0
"""Pixels (geometric mean of the sides, best sample) below which a face in a video founds no person: a crowd far away
would be dozens that nobody could tell apart."""
TURNED_SIZE: Final = 48.0
"""The same for faces of which no vector could be made, because they are turned away."""
POOR_ALIKE: Final = 0.45
"""So much more alike than good ones are faces of quality 0 to each other: blurred strangers resemble. Taken off the
similarity, in part where the quality is only a little below USEFUL_QUALITY."""

WEAK_QUALITY: Final = 0.2
"""Below it a track that is not surely a face joins nobody, however alike it looks."""

# Expressions
EXPRESSION_CERTAIN: Final = 0.45
"""Below this top probability an expression is called uncertain."""
