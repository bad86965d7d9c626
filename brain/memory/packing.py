"""Packing of vectors for the disk: six bits a number, without loss. Unit vectors of int8 rarely leave -32 to 31."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BITS = np.uint8(0x3F)
_SIGN = np.uint8(0x20)


@dataclass(frozen=True, slots=True)
class Packed:
    """Numbers, flat: four in three bytes of `bits`; those too large for that are `values` at `places`."""

    bits: NDArray[np.uint8]
    places: NDArray[np.int32]
    values: NDArray[np.int8]


def pack(vectors: NDArray[np.int8]) -> Packed:
    """Pack vectors [N, D]; D is a multiple of four."""
    flat = vectors.reshape(-1)
    places = np.flatnonzero((flat < -32) | (flat > 31)).astype(np.int32)
    one, two, three, four = (flat.view(np.uint8) & _BITS).reshape(-1, 4).T
    bits = np.stack([one | two << 6, two >> 2 | three << 4, three >> 4 | four << 2]).astype(np.uint8)
    return Packed(bits, places, flat[places])


def unpack(packed: Packed, dim: int) -> NDArray[np.int8]:
    """Return the vectors [N, dim]. Raises ValueError or IndexError where they do not fit."""
    one, two, three = packed.bits
    flat = np.empty((len(one), 4), dtype=np.uint8)
    for column, numbers in enumerate((one, one >> 6 | two << 2, two >> 4 | three << 4, three >> 2)):
        flat[:, column] = ((numbers & _BITS) ^ _SIGN) - _SIGN
    vectors = flat.reshape(-1).view(np.int8)
    vectors[packed.places] = packed.values
    return vectors.reshape(-1, dim)
