#include "imaging/layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

Rect with_margin(const Rect& box, double share) {
  const int margin = static_cast<int>(std::lround(share * std::max(box.width, box.height)));
  return {box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin};
}

Rect within(const Rect& rect, Size picture) {
  const int left = std::max(rect.x, 0);
  const int top = std::max(rect.y, 0);
  const int right = std::min(rect.x + rect.width, picture.width);
  const int bottom = std::min(rect.y + rect.height, picture.height);
  return {left, top, right - left, bottom - top};
}

// Where a part of the source comes to lie.
Rect mapped(const Rect& part, const Rect& source, const Rect& target) {
  const double across = static_cast<double>(target.width) / source.width;
  const double down = static_cast<double>(target.height) / source.height;
  const int left = target.x + static_cast<int>(std::lround((part.x - source.x) * across));
  const int top = target.y + static_cast<int>(std::lround((part.y - source.y) * down));
  const int width = std::max(1, static_cast<int>(std::lround(part.width * across)));
  const int height = std::max(1, static_cast<int>(std::lround(part.height * down)));
  return {left, top, width, height};
}

struct Cut {
  Image rgb;
  Mask coverage;
};

Cut cut(const Image& rgb, const Mask& coverage, const Rect& part) {
  Cut out{Image({part.width, part.height}, 3), Mask({part.width, part.height}, 1)};
  for (int y = 0; y < part.height; ++y) {
    std::memcpy(out.rgb.row(y), rgb.row(part.y + y) + 3 * part.x, 3 * static_cast<std::size_t>(part.width));
    std::memcpy(out.coverage.row(y), coverage.row(part.y + y) + part.x, static_cast<std::size_t>(part.width));
  }
  return out;
}

Cut scaled(Cut from, Size to) {
  if (from.rgb.size == to) return from;
  for (std::size_t i = 0; i < from.coverage.samples.size(); ++i) {
    const int share = from.coverage.samples[i];
    for (std::size_t c = 0; c < 3; ++c) {
      auto& sample = from.rgb.samples[3 * i + c];
      sample = static_cast<std::uint8_t>((sample * share + 127) / 255);
    }
  }
  Cut out{resample(from.rgb, to, Filter::lanczos3), resample(from.coverage, to, Filter::lanczos3)};
  for (std::size_t i = 0; i < out.coverage.samples.size(); ++i) {
    const int share = out.coverage.samples[i];
    if (share == 0 || share == 255) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      auto& sample = out.rgb.samples[3 * i + c];
      sample = static_cast<std::uint8_t>(std::min(255, (sample * 255 + share / 2) / share));
    }
  }
  return out;
}

}  // namespace

Layout layout_of(Size picture, std::optional<Rect> box, const CutOutOptions& options) {
  const Rect whole{0, 0, picture.width, picture.height};
  const Rect subject = box.value_or(whole);
  const double margin = box ? options.crop_margin.value_or(0) : 0;
  if (options.canvas) {
    const Rect source = with_margin(subject, margin);
    const Size size = options.canvas->size;
    const double scale = options.canvas->scale * std::min(static_cast<double>(size.width) / source.width,
                                                          static_cast<double>(size.height) / source.height);
    const Size target{std::max(1, static_cast<int>(std::lround(source.width * scale))),
                      std::max(1, static_cast<int>(std::lround(source.height * scale)))};
    const auto [x, y] = offset_of(options.canvas->place, target, size);
    return {source, {x, y, target.width, target.height}, size};
  }
  if (!options.crop_margin || !box) return {whole, whole, picture};
  const Rect source = within(with_margin(subject, margin), picture);
  return {source, {0, 0, source.width, source.height}, {source.width, source.height}};
}

Placed placed(const Image& rgb, const Mask& coverage, const Layout& layout) {
  Placed out{Image(layout.size, 3), Mask(layout.size, 1)};
  std::memset(out.rgb.samples.data(), 0, out.rgb.samples.size());
  std::memset(out.coverage.samples.data(), 0, out.coverage.samples.size());

  const Rect part = within(layout.source, rgb.size);
  const Rect target = mapped(part, layout.source, layout.target);
  const Cut shown = scaled(cut(rgb, coverage, part), {target.width, target.height});
  const Rect seen = within(target, layout.size);
  for (int y = 0; y < seen.height; ++y) {
    const int from_y = seen.y - target.y + y;
    const int from_x = seen.x - target.x;
    std::memcpy(out.rgb.row(seen.y + y) + 3 * seen.x, shown.rgb.row(from_y) + 3 * from_x,
                3 * static_cast<std::size_t>(seen.width));
    std::memcpy(out.coverage.row(seen.y + y) + seen.x, shown.coverage.row(from_y) + from_x,
                static_cast<std::size_t>(seen.width));
  }
  return out;
}

}  // namespace cutroom::imaging
