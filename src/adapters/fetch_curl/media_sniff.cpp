#include "adapters/fetch_curl/media_sniff.hpp"

#include <algorithm>
#include <array>

namespace cutroom::fetch_curl {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view other;  // What it is where that is no image; else empty.
};

// The first row that fits decides.
constexpr std::array kBinary{
    Magic{0, "\xff\xd8\xff"sv, ""},       // JPEG
    Magic{0, "\x89PNG\r\n\x1a\n"sv, ""},  // PNG
    Magic{8, "WEBP"sv, ""},               // WebP, after RIFF and a length
    Magic{4, "ftypavi"sv, ""},            // AVIF: avif, avis
    Magic{4, "ftyphe"sv, ""},             // HEIC: heic, heix, hevc, heim ...
    Magic{4, "ftypmif1"sv, ""},           // HEIF
    Magic{4, "ftypmsf1"sv, ""},
    Magic{0, "II*\0"sv, ""},  // TIFF, both byte orders
    Magic{0, "MM\0*"sv, ""},
    Magic{0, "GIF8"sv, ""},
    Magic{0, "BM"sv, ""},  // BMP
    Magic{4, "ftyp"sv, "a video"},
    Magic{0, "\x1a\x45\xdf\xa3"sv, "a video"},       // Matroska, WebM
    Magic{0, "--"sv, "an answer in several parts"},  // multipart/*: a boundary
    Magic{0, "%PDF-"sv, "a PDF document"},
    Magic{0, "PK\3\4"sv, "a ZIP archive"},
    Magic{0, "\x1f\x8b"sv, "a gzip archive"},
    Magic{0,
          "\x7f"
          "ELF"sv,
          "a program"},
    Magic{0, "MZ"sv, "a program"},
};

// After leading blanks, in any case.
constexpr std::array kText{
    Magic{0, "<!doctype html"sv, "an HTML page"},
    Magic{0, "<html"sv, "an HTML page"},
    Magic{0, "<head"sv, "an HTML page"},
    Magic{0, "<body"sv, "an HTML page"},
    Magic{0, "<svg"sv, "an SVG drawing"},
    Magic{0, "<!doctype svg"sv, "an SVG drawing"},
    Magic{0, "<?xml"sv, "an XML document"},
    Magic{0, "{"sv, "JSON data"},
    Magic{0, "["sv, "JSON data"},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_letters(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                                                        [](char a, char b) { return a == lower(b); });
}

bool holds(std::string_view text, std::string_view lower_case) {
  for (std::size_t i = 0; i + lower_case.size() <= text.size(); ++i)
    if (same_letters(text.substr(i), lower_case)) return true;
  return false;
}

bool is_text(std::string_view head) {
  return std::ranges::all_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f : byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
  });
}

}  // namespace

std::optional<std::string_view> not_an_image(std::span<const std::uint8_t> bytes) {
  std::string_view head(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kSniffBytes));
  for (const Magic& magic : kBinary) {
    if (head.size() < magic.at || !head.substr(magic.at).starts_with(magic.bytes)) continue;
    return magic.other.empty() ? std::nullopt : std::optional(magic.other);
  }
  if (head.empty() || !is_text(head)) return std::nullopt;
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n\f"), head.size()));
  for (const Magic& magic : kText) {
    if (!same_letters(head, magic.bytes)) continue;
    // SVG and XHTML may open with an XML declaration.
    if (magic.bytes == "<?xml" && holds(head, "<svg")) return "an SVG drawing";
    if (magic.bytes == "<?xml" && holds(head, "<html")) return "an HTML page";
    return magic.other;
  }
  return "text";
}

}  // namespace cutroom::fetch_curl
