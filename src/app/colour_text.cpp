#include "app/colour_text.hpp"

#include "imaging/colour.hpp"

namespace cutroom::app {

std::optional<imaging::Rgb> colour_from(std::string_view text) {
  if (text == "white") return imaging::Rgb{255, 255, 255};
  if (text == "black") return imaging::Rgb{0, 0, 0};
  // A shell takes what begins with # for a comment, so it may be left out.
  const bool is_bare = text.size() == 6 && text.find(',') == std::string_view::npos;
  const auto colour = imaging::colour_from(is_bare ? "#" + std::string(text) : std::string(text));
  if (!colour || colour->a != 255) return std::nullopt;
  return imaging::Rgb{colour->r, colour->g, colour->b};
}

}  // namespace cutroom::app
