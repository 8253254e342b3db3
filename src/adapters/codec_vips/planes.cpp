#include "adapters/codec_vips/planes.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace cutroom::codec_vips {
namespace {

std::optional<imaging::Mask> band_of(const imaging::Image& samples, int band) {
  imaging::Mask mask(samples.size, 1);
  bool is_opaque = true;
  for (int y = 0; y < samples.size.height; ++y) {
    const std::uint8_t* from = samples.row(y) + band;
    std::uint8_t* to = mask.row(y);
    std::uint8_t all = 255;
    for (int x = 0; x < samples.size.width; ++x) all &= to[x] = from[x * samples.bands];
    is_opaque = is_opaque && all == 255;
  }
  if (is_opaque) return std::nullopt;
  return mask;
}

using GreyTable = std::array<std::array<std::uint8_t, 3>, 256>;

GreyTable grey_table(const std::optional<ToSrgb>& to_srgb) {
  GreyTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto grey = static_cast<std::uint8_t>(i);
    table[i].fill(grey);
    if (to_srgb) to_srgb->apply(&grey, table[i].data(), 1);
  }
  return table;
}

void grey_row(const std::uint8_t* from, int bands, std::uint8_t* to, int width, const GreyTable& table) {
  for (int x = 0; x < width; ++x, from += bands, to += 3) std::copy_n(table[*from].data(), 3, to);
}

// The first `bands` of each pixel, without the rest.
void pack_row(const std::uint8_t* from, int from_bands, std::uint8_t* to, int bands, int width) {
  for (int x = 0; x < width; ++x, from += from_bands, to += bands) {
    for (int band = 0; band < bands; ++band) to[band] = from[band];
  }
}

}  // namespace

Planes to_planes(imaging::Image samples, ColourModel model, bool has_alpha,
                 const std::optional<ToSrgb>& to_srgb) {
  const int bands = bands_of(model);
  const auto [width, height] = samples.size;
  Planes planes;
  if (has_alpha) planes.alpha = band_of(samples, bands);

  if (model == ColourModel::rgb && samples.bands == 3) {
    if (to_srgb) to_srgb->apply(samples.samples.data(), samples.samples.data(), samples.size.pixels());
    planes.rgb = std::move(samples);
    return planes;
  }
  planes.rgb = imaging::Image(samples.size, 3);
  const GreyTable table = model == ColourModel::grey ? grey_table(to_srgb) : GreyTable{};
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(width) * static_cast<std::size_t>(bands));
  for (int y = 0; y < height; ++y) {
    std::uint8_t* to = planes.rgb.row(y);
    if (model == ColourModel::grey) {
      grey_row(samples.row(y), samples.bands, to, width, table);
    } else if (to_srgb) {
      pack_row(samples.row(y), samples.bands, packed.data(), bands, width);
      to_srgb->apply(packed.data(), to, static_cast<std::size_t>(width));
    } else {
      pack_row(samples.row(y), samples.bands, to, bands, width);
    }
  }
  return planes;
}

}  // namespace cutroom::codec_vips
