"""Images in memory that two processes share: a few slots, written by the decoder, copied out by the reader."""

from __future__ import annotations

import mmap
import os
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

#: More slots would only hold more memory once one image is this large.
_LARGE_IMAGE_BYTES = 32 << 20


class Ring:
    """Slots for RGB images of one size in anonymous shared memory.

    Args:
        descriptor: Of the memory; the ring owns it.
        slots: How many.
        size: (width, height) in pixels of every image.
    """

    def __init__(self, descriptor: int, slots: int, *, size: tuple[int, int]) -> None:
        width, height = size
        self.slots = slots
        self.descriptor = descriptor
        self._shape = (height, width, 3)
        self._image_bytes = width * height * 3
        self._memory = mmap.mmap(descriptor, self._image_bytes * slots)

    @classmethod
    def new(cls, slots: int, *, size: tuple[int, int]) -> Self:
        """A ring in fresh memory that has no name: nothing is left in /dev/shm when a process is killed."""
        image_bytes = size[0] * size[1] * 3
        slots = min(slots, 2) if image_bytes > _LARGE_IMAGE_BYTES else slots
        descriptor = os.memfd_create("streetaudit-frames", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, image_bytes * slots)
        return cls(descriptor, slots, size=size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, slot: int, image: NDArray[np.uint8]) -> None:
        """Put an image (H, W, 3) of any strides into a slot."""
        np.copyto(self._view(slot), image)

    def copy_out(self, slot: int) -> NDArray[np.uint8]:
        """The image of a slot, in memory of its own."""
        return self._view(slot).copy()

    def close(self) -> None:
        """Give the memory back; the other process keeps its own view."""
        self._memory.close()
        os.close(self.descriptor)

    def _view(self, slot: int) -> NDArray[np.uint8]:
        if not 0 <= slot < self.slots:
            raise ValueError(f"want a slot below {self.slots}; got {slot}")
        flat = np.frombuffer(self._memory, np.uint8, count=self._image_bytes, offset=slot * self._image_bytes)
        return flat.reshape(self._shape)
