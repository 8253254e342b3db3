// From a file's interleaved samples to what imaging works on: RGB, and alpha apart.
#pragma once

#include <optional>

#include "adapters/codec_vips/colour_profile.hpp"
#include "imaging/image.hpp"

namespace cutroom::codec_vips {

struct Planes {
  imaging::Image rgb;
  std::optional<imaging::Mask> alpha;  // Where it isn't opaque everywhere.
};

// `samples`: the model's bands, then alpha where there is one.
Planes to_planes(imaging::Image samples, ColourModel, bool has_alpha, const std::optional<ToSrgb>&);

}  // namespace cutroom::codec_vips
