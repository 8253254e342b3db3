// What a file is by its first bytes. Names and content types are the sender's claims and don't count.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"

namespace cutroom::codec_vips {

enum class FileKind : std::uint8_t { jpeg, png, webp, avif, heic, tiff, gif, bmp };

// The word of imaging::Decoded::format.
const char* to_string(FileKind);

// unsupported_media: not an image that is accepted; the message says what it looks like. corrupt_media:
// empty.
Result<FileKind> sniff(std::span<const std::uint8_t>);

}  // namespace cutroom::codec_vips
