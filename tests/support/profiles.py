"""Profiles of colours."""

from PIL import ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_renamed_tags(profile: bytes, names: dict[bytes, bytes]) -> bytes:
    """A profile in whose table of tags (12 bytes each, from byte 132) some have other names."""
    changed = bytearray(profile)
    for start in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        name = bytes(changed[start : start + 4])
        changed[start : start + 4] = names.get(name, name)
    return bytes(changed)


RED_IS_GREEN = with_renamed_tags(SRGB, {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"})
