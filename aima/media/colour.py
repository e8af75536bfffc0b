"""Colour: coded luma and HDR pixels to the SDR, full-range pixels that models were trained on.

HDR is tone-mapped as broadcast does it: the transfer function (PQ: SMPTE ST 2084; HLG: ITU-R BT.2100 with its
display at 1000 cd/m2) gives light, the curve of ITU-R BT.2390 section 5.4.1 brings 1000 cd/m2 down to the 203 cd/m2
of HDR reference white (BT.2408), a matrix (BT.2087) leads from BT.2020 to BT.709 primaries, and the inverse of BT.1886
codes the result. The curve and HLG's system gamma work per channel, which is exact for greys. Light above 1000 cd/m2 is
clipped; mastering metadata is not used.
"""

from __future__ import annotations

import functools
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

Transfer = Literal["sdr", "pq", "hlg"]
Floats = npt.NDArray[np.float64]

PEAK_NITS: Final = 1000.0
WHITE_NITS: Final = 203.0
_GAMMA: Final = 2.4
_LEVELS: Final = 4096
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_BT2020_TO_BT709: Final = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]],
    np.float32,
)


def pq_to_nits(signal: Floats) -> Floats:
    """EOTF of ST 2084: signal 0..1 to cd/m2."""
    power = np.power(signal, 1 / _M2)
    return 10_000.0 * np.power(np.maximum(power - _C1, 0) / (_C2 - _C3 * power), 1 / _M1)


def nits_to_pq(nits: Floats) -> Floats:
    """Inverse of `pq_to_nits`."""
    power = np.power(np.maximum(nits, 0) / 10_000.0, _M1)
    return np.power((_C1 + _C2 * power) / (1 + _C3 * power), _M2)


def hlg_to_nits(signal: Floats) -> Floats:
    """Inverse OETF and system gamma 1.2 of BT.2100 HLG: signal 0..1 to cd/m2 on a display of 1000 cd/m2."""
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12)
    return PEAK_NITS * np.power(scene, 1.2)


def compress(nits: Floats) -> Floats:
    """The EETF of BT.2390: 0..1000 cd/m2 to 0..203 cd/m2, unchanged up to the knee near 90 cd/m2."""
    peak = nits_to_pq(np.array(PEAK_NITS))
    signal = np.minimum(nits_to_pq(nits) / peak, 1)
    top = nits_to_pq(np.array(WHITE_NITS)) / peak
    knee = 1.5 * top - 0.5
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * top
    return pq_to_nits(np.where(signal < knee, signal, spline) * peak)


@functools.cache
def _light(transfer: Transfer) -> npt.NDArray[np.float32]:
    """Linear light 0..1 (1 is SDR white) of a signal in 12 bits."""
    signal = np.linspace(0, 1, _LEVELS)
    nits = pq_to_nits(signal) if transfer == "pq" else hlg_to_nits(signal)
    return (compress(nits) / WHITE_NITS).astype(np.float32)


def _coded(light: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    return np.asarray(np.round(255 * np.power(np.clip(light, 0, 1), 1 / _GAMMA)), np.uint8)


@functools.cache
def _codes() -> npt.NDArray[np.uint8]:
    """8-bit codes of linear light in 16 bits: fine enough for the steep foot of the curve."""
    return _coded(np.linspace(0, 1, 1 << 16))


def tone_map(pixels: npt.NDArray[np.uint16], transfer: Transfer) -> npt.NDArray[np.uint8]:
    """HDR R'G'B' with BT.2020 primaries, uint16 [h, w, 3] over the full range, to SDR BT.709 uint8."""
    # 12 bits of PQ are below what can be seen, and the table stays in the cache.
    light = np.asarray(cv2.transform(_light(transfer)[pixels >> 4], _BT2020_TO_BT709))
    return np.asarray(_codes()[(np.clip(light, 0, 1) * 65535).astype(np.uint16)])


@functools.cache
def luma_table(bits: int, *, full_range: bool, transfer: Transfer) -> npt.NDArray[np.uint8]:
    """Full-range SDR grey of every coded luma value of `bits` bits."""
    codes = np.arange(1 << bits, dtype=np.float64)
    scale = 1 << (bits - 8)
    black, span = (0, (1 << bits) - 1) if full_range else (16 * scale, 219 * scale)
    signal = np.clip((codes - black) / span, 0, 1)
    if transfer == "sdr":
        return np.round(255 * signal).astype(np.uint8)
    return _coded(_light(transfer)[np.round(signal * (_LEVELS - 1)).astype(int)])
