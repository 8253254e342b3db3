#include "imaging/colour.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace cutroom::imaging {
namespace {

// The whole of `text` as a number in `base`, 0..255.
std::optional<std::uint8_t> sample_from(std::string_view text, int base) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (failed != std::errc() || end != text.data() + text.size() || value > 255) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Rgba> colour_from(std::string_view text) {
  if (text == "transparent") return Rgba{};
  std::array<std::optional<std::uint8_t>, 4> samples;
  samples[3] = 255;
  if (text.starts_with('#')) {
    if (text.size() != 7 && text.size() != 9) return std::nullopt;
    for (std::size_t i = 0; i < (text.size() - 1) / 2; ++i)
      samples[i] = sample_from(text.substr(1 + 2 * i, 2), 16);
  } else {
    if (std::count(text.begin(), text.end(), ',') != 2) return std::nullopt;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string_view word = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), word.size() + 1));
      samples[i] = sample_from(trimmed(word), 10);
    }
  }
  for (const auto& sample : samples)
    if (!sample) return std::nullopt;
  return Rgba{*samples[0], *samples[1], *samples[2], *samples[3]};
}

std::string to_string(const Rgba& colour) {
  std::array<char, 10> text{};
  if (colour.a == 255)
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour.r, colour.g, colour.b);
  else
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x%02x", colour.r, colour.g, colour.b, colour.a);
  return text.data();
}

}  // namespace cutroom::imaging
