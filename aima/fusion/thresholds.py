"""Every threshold of fusion, in one place. One set for all media; lengths of time in microseconds.

Likeness is in log-odds, as the calibration of the face model gives them, so that every model has the same thresholds;
overlap is intersection over union (IoU) of boxes; quality is the column `face_quality` (0..1, from about 0.4 a vector
is useful for linking).
"""

from __future__ import annotations

from typing import Final

# Following a face from frame to frame
BRIDGE_US: Final = 1_000_000
"""A face may be unseen this long (turned away, covered) and still be the same track."""
PLACE: Final = 0.15
"""Least overlap with the predicted box; after a gap ALIKE must hold too ..."""
PLACE_ALONE: Final = 0.50
"""... unless boxes overlap this much."""
ALIKE: Final = -2.0
"""Log-odds from which two looks may be one person. Good looks below it are two people, however well their boxes
overlap (a cut that was not seen): none of 1917 good looks in tracks of 36 recordings was so far from both the look
before and the mean of the earlier ones, but 99 % of looks at strangers are."""
MOVED: Final = 3.0
"""Least log-odds if a face moved so fast that boxes do not overlap ..."""
REACH: Final = 2.0
"""... and the farthest it may have moved from its predicted place, in widths of the face."""
LOOK_WORTH: Final = 24.0
"""So many log-odds count as much as full overlap where several faces could go on."""

# What a track is worth
HELD_US: Final = 1_000_000
"""The first picture of a medium stands from the start of its sound, if it comes no later than this."""
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
CLEAR: Final = 0.1
"""What a look of useful quality speaks for a face at least: large faces have low detector scores. Of 33 tracks of three
looks and more without a sure one, the 14 of the best quality, 0.49 and above, were faces, and few others."""
SURE: Final = 0.3
"""Sum of what its looks speak for a face from which a track is surely one and may found a person: three clear looks
do. Meant for the default of five sampled frames a second."""
FOUNDER_SIZE: Final = 24.0
"""Pixels (geometric mean of the sides, best sample) below which a face in a video founds no person: a crowd far away
would be dozens that nobody could tell apart. Pixels are those of the source: in a source larger than what is analysed
such a face is smaller still where it is looked for, and hardly found."""
TURNED_SIZE: Final = 48.0
"""The same, also in pixels of the source, for tracks whose best quality is below WEAK_QUALITY: faces turned away, ears,
hair."""
POOR_ALIKE: Final = 11.0
"""Log-odds that two looks of quality 0 seem more alike than they are; in proportion where their qualities fall short
of GOOD_QUALITY less far. 157 photographs of 26 persons, in 12 ways shrunk, blurred and darkened: a poor look at a
stranger never resembled a clear one more than a clear one did, two blurred by 5 % of the face did in 88 of 100."""
GOOD_QUALITY: Final = 0.6
"""Quality from which a look bears comparison with every other."""

WEAK_QUALITY: Final = 0.2
"""Below it a look is worthless: its vector is farther from those of the same person than what joins. A track that is
not surely a face joins nobody then, however alike it looks."""

# Expressions
EXPRESSION_CERTAIN: Final = 0.45
"""Below this top probability an expression is called uncertain."""

# Findings: what is seen beside faces, in frames that lie one interval of their analyzer apart
FINDING_PAUSE: Final = 2.5
"""A thing may be out of sight this many intervals and be seen on: a frame in which it was missed joins, two end it."""
LONE_LOOK_US: Final = 3_000_000
"""How long what was seen at the only look of a content is taken to be there, at most to its end."""
OBJECT_SURE: Final = 0.5
"""One look from this score on is enough for a thing of a kind; below it two looks are."""
LABEL_POOL: Final = 3
"""A shot shows what its labels say on a mean of so many surest looks: one odd frame counts little, length nothing."""
LABEL_SURE: Final = 0.15
"""Least probability of a label, among 1,000, in that mean."""
LABELS_PER_SHOT: Final = 5
TEXT_LIKE: Final = 0.75
"""Two readings of one line have at least this share of their characters in common (Ratcliff & Obershelp, 1988)."""
TEXT_SURE: Final = 0.6
"""Least score of the surest reading of a line."""
PICTURE_LIKE: Final = 0.9
"""Pictures of a shot whose vectors are nearer than this cosine are stood for by one of them."""

# Voices: local speakers of windows joined over one content
VOICE_JOIN: Final = 1.75
"""Log-odds from which two groups of looks at voices are one speaker: anything from 1.5 to 2.5 gives the same in the
eight recordings of the evaluation. The next one was chosen on 20 composed talks of one to eight of 13 persons, clean,
noisy and in rooms, with the recordings of the evaluation in view."""
FOUNDER_SECONDS: Final = 1.0
"""Seconds of lone speech from which a look may found a speaker; shorter ones join."""
VOICE_REACH_US: Final = 10_000_000
"""A look that is too short for a vector, or only heard while others speak, is of somebody heard so near in time."""
SPEAKER_SECONDS: Final = 1.0
"""Who is heard less is no speaker of its own, if there are others."""
VECTOR_SECONDS: Final = 0.8
"""A speaker who is never heard alone for so long in one window has no vector."""
VECTOR_ENOUGH_SECONDS: Final = 2.0
"""Where a window has so much of a speaker, windows that have less are left out of the vector: of 190 pairs of voices
2.6 in a hundred are mixed up then, and not 3.2."""
VECTORS_PER_SPEAKER: Final = 5

# Turns
EDGE_WEIGHT: Final = 0.2
"""What a step at the edge of a window weighs, where one in its middle weighs 1."""
TURN_PAUSE_US: Final = 300_000
"""A speaker may pause so long within a turn."""
TURN_LEAST_US: Final = 100_000
"""What is shorter is no turn."""

# Utterances
UTTERANCE_PAUSE_US: Final = 700_000
"""A longer pause between words ends an utterance."""
WORD_REACH_US: Final = 1_500_000
"""A word farther from every turn belongs to nobody."""
AROUND: Final = 0.1
"""What a second of a speaker within one second of a word counts beside one during the word."""

# Sounds beside speech
SOUND_HEARD: Final = 0.3
"""Least score of a look at a sound ..."""
SOUND_SURE: Final = 0.5
"""... of which at least one must reach this."""
SOUND_PAUSE_US: Final = 2_000_000
"""A sound may be unheard so long and go on."""

# Face and voice: who of the persons in sight speaks
LIPS_WORTH: Final = 6.0
"""Log-odds per unit of agreement of lips and sound above what chance gives ..."""
LIPS_CHANCE: Final = 1.05
"""... which is this over the root of the seconds compared. Of five talkers of GRID, 15 clips with the own voice and 20
with another's: agreement 0.78 and 0.53 on the mean, deviation 0.2; ten stills under a voice: 0.03 at most. Six longer
recordings of heads that move, under other voices, lie below."""
LIPS_MOST: Final = 4.0
"""Most that lips say for or against a person in one medium."""
IN_VIEW: Final = 0.92
AWAY: Final = -0.47
"""Log-odds of a medium in which a person is in view while the voice is heard, or somebody else is: who speaks is in
view in half of them, anybody else in a fifth."""
SPEAKS: Final = -2.5
"""Log-odds that it is just this person who speaks, before anything is seen ..."""
TOGETHER_MOST: Final = -0.5
"""... and the most that being in view together comes to: without lips nobody has a voice."""

# Voices across media
VOICE_CERTAIN: Final = 2.0
"""Log-odds above the join threshold from which voices of different media are one: there are many strangers."""
VOICE_SECONDS: Final = 3.0
"""Seconds of lone speech that make a vector good, and that a voice without a face needs to be a person."""
