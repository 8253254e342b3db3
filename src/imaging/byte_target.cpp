#include "imaging/byte_target.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

constexpr double kShrinkLeast = 0.25;

// The highest quality whose file fits; nullopt: not even the lowest one's.
Result<std::optional<FittedFile>> best_quality(const ImageCodec& codec, const Image& image,
                                               EncodeOptions options, std::size_t bytes_max) {
  std::optional<FittedFile> best;
  // PNG has no quality: one try.
  int low = options.format == Format::png ? options.quality : std::min(kQualityLeast, options.quality);
  int high = options.quality;
  // The wanted quality first: most pictures fit.
  for (int quality = high; low <= high; quality = low + (high - low + 1) / 2) {
    options.quality = quality;
    auto file = codec.encode(image, options);
    if (!file) return file.error();
    if (file->size() <= bytes_max) {
      best = FittedFile{.file = std::move(*file), .quality = quality, .size = image.size};
      low = quality + 1;
    } else {
      high = quality - 1;
    }
  }
  return best;
}

}  // namespace

Result<FittedFile> encode_within(const ImageCodec& codec, const Image& image, EncodeOptions options,
                                 std::size_t bytes_max) {
  if (bytes_max == 0) {
    auto file = codec.encode(image, options);
    if (!file) return file.error();
    return FittedFile{.file = std::move(*file), .quality = options.quality, .size = image.size};
  }
  for (double share = 1.0; share >= kShrinkLeast; share *= 0.85) {
    const auto side = [share](int length) {
      return std::max(1, static_cast<int>(std::lround(length * share)));
    };
    const bool is_whole = share == 1.0;
    const Size size{side(image.size.width), side(image.size.height)};
    const Image smaller = is_whole ? Image() : resample(image, size, Filter::lanczos3);
    EncodeOptions scaled = options;
    scaled.dots_per_inch *= share;  // The printed size stays.
    auto best = best_quality(codec, is_whole ? image : smaller, scaled, bytes_max);
    if (!best) return best.error();
    if (*best) return std::move(**best);
  }
  return Error{
      .code = Errc::too_large,
      .message = "The picture can't be made small enough for " + std::to_string(bytes_max) + " bytes"};
}

}  // namespace cutroom::imaging
