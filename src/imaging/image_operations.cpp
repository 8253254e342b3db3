#include "imaging/image_operations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace cutroom::imaging {
namespace {

constexpr std::array<std::pair<std::string_view, Place>, 9> kPlaces{{{"center", Place::centre},
                                                                     {"top", Place::top},
                                                                     {"top-right", Place::top_right},
                                                                     {"right", Place::right},
                                                                     {"bottom-right", Place::bottom_right},
                                                                     {"bottom", Place::bottom},
                                                                     {"bottom-left", Place::bottom_left},
                                                                     {"left", Place::left},
                                                                     {"top-left", Place::top_left}}};

constexpr std::array<std::pair<std::string_view, ResizeFit>, 5> kFits{{{"cover", ResizeFit::cover},
                                                                       {"contain", ResizeFit::contain},
                                                                       {"fill", ResizeFit::fill},
                                                                       {"inside", ResizeFit::inside},
                                                                       {"outside", ResizeFit::outside}}};

int scaled_side(int side, double scale) { return std::max(1, static_cast<int>(std::lround(side * scale))); }

}  // namespace

std::optional<Place> place_from(std::string_view word) {
  if (word == "centre") return Place::centre;
  for (const auto& [name, place] : kPlaces)
    if (name == word) return place;
  return std::nullopt;
}

std::string_view to_string(Place place) {
  for (const auto& [name, one] : kPlaces)
    if (one == place) return name;
  return "center";
}

Offset offset_of(Place place, Size inner, Size outer) {
  const int free_x = outer.width - inner.width;
  const int free_y = outer.height - inner.height;
  const bool at_left = place == Place::left || place == Place::top_left || place == Place::bottom_left;
  const bool at_right = place == Place::right || place == Place::top_right || place == Place::bottom_right;
  const bool at_top = place == Place::top || place == Place::top_left || place == Place::top_right;
  const bool at_bottom =
      place == Place::bottom || place == Place::bottom_left || place == Place::bottom_right;
  return {at_left ? 0 : at_right ? free_x : free_x / 2, at_top ? 0 : at_bottom ? free_y : free_y / 2};
}

std::optional<ResizeFit> resize_fit_from(std::string_view word) {
  for (const auto& [name, fit] : kFits)
    if (name == word) return fit;
  return std::nullopt;
}

Fitted fitted(Size from, const Resize& resize) {
  const double by_width = resize.width ? static_cast<double>(*resize.width) / from.width : 0;
  const double by_height = resize.height ? static_cast<double>(*resize.height) / from.height : 0;
  if (!resize.width || !resize.height) {
    double scale = resize.width ? by_width : by_height;
    if (resize.without_enlargement) scale = std::min(scale, 1.0);
    // The side that was asked for comes out exactly.
    Size size{scaled_side(from.width, scale), scaled_side(from.height, scale)};
    return {size, size};
  }
  Size box{*resize.width, *resize.height};
  if (resize.fit == ResizeFit::fill) {
    if (resize.without_enlargement)
      box = {std::min(box.width, from.width), std::min(box.height, from.height)};
    return {box, box};
  }
  const bool covers = resize.fit == ResizeFit::cover || resize.fit == ResizeFit::outside;
  double scale = covers ? std::max(by_width, by_height) : std::min(by_width, by_height);
  if (resize.without_enlargement) scale = std::min(scale, 1.0);
  const Size scaled{scaled_side(from.width, scale), scaled_side(from.height, scale)};
  switch (resize.fit) {
    case ResizeFit::cover:
      return {scaled, {std::min(box.width, scaled.width), std::min(box.height, scaled.height)}};
    case ResizeFit::contain:
      return {{std::min(box.width, scaled.width), std::min(box.height, scaled.height)}, box};
    default:
      return {scaled, scaled};
  }
}

}  // namespace cutroom::imaging
