#include "app/colour_text.hpp"

#include <charconv>

namespace cutroom::app {

std::optional<imaging::Rgb> colour_from(std::string_view text) {
  if (text == "white") return imaging::Rgb{255, 255, 255};
  if (text == "black") return imaging::Rgb{0, 0, 0};
  if (!text.empty() && text.front() == '#') text.remove_prefix(1);
  if (text.size() != 6) return std::nullopt;
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return imaging::Rgb{static_cast<std::uint8_t>(value >> 16U),
                      static_cast<std::uint8_t>((value >> 8U) & 255U),
                      static_cast<std::uint8_t>(value & 255U)};
}

}  // namespace cutroom::app
