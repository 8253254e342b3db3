#include "adapters/codec_vips/sniff.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace cutroom::codec_vips {
namespace {

using std::string_view_literals::operator""sv;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  FileKind kind;
};
constexpr std::array kAccepted{
    Magic{0, "\xFF\xD8\xFF"sv, FileKind::jpeg}, Magic{0, "\x89PNG\r\n\x1A\n"sv, FileKind::png},
    Magic{0, "II*\0"sv, FileKind::tiff},        Magic{0, "MM\0*"sv, FileKind::tiff},
    Magic{0, "II+\0"sv, FileKind::tiff},  // BigTIFF.
    Magic{0, "MM\0+"sv, FileKind::tiff},        Magic{0, "GIF87a"sv, FileKind::gif},
    Magic{0, "GIF89a"sv, FileKind::gif},        Magic{0, "BM"sv, FileKind::bmp},
};

struct Refused {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};
constexpr std::array kRefused{
    Refused{0, "%PDF-"sv, "a PDF document"},
    Refused{0, "%!PS"sv, "a PostScript document"},
    Refused{0, "PK\x03\x04"sv, "a ZIP archive or an office document"},
    Refused{0, "Rar!"sv, "a RAR archive"},
    Refused{0, "7z\xBC\xAF"sv, "a 7z archive"},
    Refused{0, "\x1F\x8B"sv, "a gzip archive"},
    Refused{0, "8BPS"sv, "a Photoshop document"},
    Refused{0, "\xFF\x0A"sv, "a JPEG XL picture, which is not supported"},
    Refused{4, "JXL "sv, "a JPEG XL picture, which is not supported"},
    Refused{4, "jP  "sv, "a JPEG 2000 picture, which is not supported"},
    Refused{0, "\0\0\1\0"sv, "an icon file, which is not supported"},
    Refused{0, "\xD0\xCF\x11\xE0"sv, "an office document"},
    Refused{0, "RIFF"sv, "a sound or video file"},
    Refused{0, "\x1A\x45\xDF\xA3"sv, "a video"},
    Refused{0, "OggS"sv, "a sound or video file"},
    Refused{0, "ID3"sv, "a sound file"},
    Refused{0,
            "\x7F"
            "ELF"sv,
            "a program"},
    Refused{0, "MZ"sv, "a program"},
};

// The head of an ISO media file (ISO/IEC 14496-12): "ftyp" at 4, then brands of four letters.
std::optional<FileKind> kind_by_brands(std::string_view head) {
  if (head.size() < 16 || head.substr(4, 4) != "ftyp") return std::nullopt;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(head[i]));
  };
  const std::size_t box = (byte(0) << 24U) | (byte(1) << 16U) | (byte(2) << 8U) | byte(3);
  const std::size_t end = std::min(box, head.size());
  std::optional<FileKind> kind;
  for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {  // 12 is a version number.
    const std::string_view brand = head.substr(at, 4);
    if (brand == "avif" || brand == "avis") return FileKind::avif;
    constexpr std::array kHeic{"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv};
    if (std::find(kHeic.begin(), kHeic.end(), brand) != kHeic.end()) kind = FileKind::heic;
    if (brand == "mif1" && !kind) kind = FileKind::heic;
  }
  return kind;
}

// Lower case, without a byte order mark and white space in front.
std::string text_head(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty() && std::isspace(static_cast<unsigned char>(head[0])) != 0) head.remove_prefix(1);
  std::string text(head);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string_view looks_like(std::string_view head) {
  for (const auto& [offset, bytes, name] : kRefused) {
    if (head.size() >= offset && head.substr(offset).starts_with(bytes)) return name;
  }
  if (head.size() >= 8 && head.substr(4, 4) == "ftyp") return "a video";
  const std::string text = text_head(head);
  if (text.find("<svg") != std::string::npos) return "an SVG drawing, which is not supported";
  if (text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head") ||
      text.starts_with("<body") || text.find("<html") != std::string::npos) {
    return "an HTML page, not an image";
  }
  if (text.starts_with("<")) return "an XML document, not an image";
  if (text.starts_with("{") || text.starts_with("[")) return "JSON, not an image";
  if (std::all_of(head.begin(), head.end(),
                  [](unsigned char c) { return c >= 32 || std::isspace(c) != 0; })) {
    return "text, not an image";
  }
  return {};
}

}  // namespace

const char* to_string(FileKind kind) {
  switch (kind) {
    case FileKind::jpeg:
      return "jpeg";
    case FileKind::png:
      return "png";
    case FileKind::webp:
      return "webp";
    case FileKind::avif:
      return "avif";
    case FileKind::heic:
      return "heic";
    case FileKind::tiff:
      return "tiff";
    case FileKind::gif:
      return "gif";
    case FileKind::bmp:
      return "bmp";
  }
  return "";
}

Result<FileKind> sniff(std::span<const std::uint8_t> file) {
  if (file.empty()) return Error{.code = Errc::corrupt_media, .message = "The file is empty"};
  constexpr std::size_t kHeadBytes = 512;
  const std::string_view head(reinterpret_cast<const char*>(file.data()), std::min(file.size(), kHeadBytes));
  for (const auto& [offset, bytes, kind] : kAccepted) {
    if (head.size() >= offset && head.substr(offset).starts_with(bytes)) return kind;
  }
  if (head.starts_with("RIFF") && head.size() >= 12 && head.substr(8, 4) == "WEBP") return FileKind::webp;
  if (const auto kind = kind_by_brands(head)) return *kind;

  const std::string_view name = looks_like(head);
  std::string message = name.empty() ? "The file is not an image of a supported format" : "The file is ";
  message += name;
  return Error{.code = Errc::unsupported_media,
               .message = message + "; JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF and BMP are accepted"};
}

}  // namespace cutroom::codec_vips
