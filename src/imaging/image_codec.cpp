#include "imaging/image_codec.hpp"

namespace cutroom::imaging {

std::optional<Format> format_from(std::string_view word) {
  if (word == "png") return Format::png;
  if (word == "webp") return Format::webp;
  if (word == "jpeg" || word == "jpg") return Format::jpeg;
  if (word == "avif") return Format::avif;
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
    case Format::avif:
      return "avif";
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
    case Format::avif:
      return "image/avif";
  }
  return "image/png";
}

std::string_view file_extension(Format format) {
  return format == Format::jpeg ? std::string_view("jpg") : to_string(format);
}

bool has_transparency(Format format) { return format != Format::jpeg; }

}  // namespace cutroom::imaging
