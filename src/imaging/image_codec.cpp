#include "imaging/image_codec.hpp"

namespace cutroom::imaging {

std::optional<Format> format_from(std::string_view word) {
  if (word == "png") return Format::png;
  if (word == "webp") return Format::webp;
  if (word == "jpeg" || word == "jpg") return Format::jpeg;
  return std::nullopt;
}

std::string_view to_string(Format format) {
  switch (format) {
    case Format::png:
      return "png";
    case Format::webp:
      return "webp";
    case Format::jpeg:
      return "jpeg";
  }
  return "png";
}

std::string_view content_type(Format format) {
  switch (format) {
    case Format::png:
      return "image/png";
    case Format::webp:
      return "image/webp";
    case Format::jpeg:
      return "image/jpeg";
  }
  return "image/png";
}

}  // namespace cutroom::imaging
