// Files that must not be larger than an office allows.
#pragma once

#include "imaging/image_codec.hpp"

namespace cutroom::imaging {

struct FittedFile {
  Bytes file;
  int quality = 0;
  Size size;  // The picture's; smaller than it was where no quality was low enough.
};

// The best file of at most `bytes_max` bytes (0: any size): first a lower quality, from the options' down to
// kQualityLeast, then a smaller picture of the same aspect. too_large: not even a quarter of the sides fits.
Result<FittedFile> encode_within(const ImageCodec&, const Image&, EncodeOptions, std::size_t bytes_max);

inline constexpr int kQualityLeast = 40;

}  // namespace cutroom::imaging
