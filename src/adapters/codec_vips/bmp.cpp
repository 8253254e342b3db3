#include "adapters/codec_vips/bmp.hpp"

#include <algorithm>

namespace cutroom::codec_vips {
namespace {

// The layout is Windows' BITMAPFILEHEADER (14 bytes) and BITMAPINFOHEADER (40, or more in later versions).
constexpr std::size_t kFileHeadBytes = 14;
constexpr std::size_t kInfoHeadBytes = 40;

std::uint32_t le32(std::span<const std::uint8_t> file, std::size_t at) {
  return file[at] | (static_cast<std::uint32_t>(file[at + 1]) << 8U) |
         (static_cast<std::uint32_t>(file[at + 2]) << 16U) |
         (static_cast<std::uint32_t>(file[at + 3]) << 24U);
}

Error corrupt(const char* why) { return {.code = Errc::corrupt_media, .detail = std::string("bmp: ") + why}; }

std::size_t row_bytes(const BmpHead& head) {
  return (static_cast<std::size_t>(head.size.width) * static_cast<std::size_t>(head.bits) + 31) / 32 * 4;
}

// Only the masks that every program writes: blue, green, red, rest.
bool has_usual_masks(std::span<const std::uint8_t> file) {
  constexpr std::size_t kMasksAt = kFileHeadBytes + kInfoHeadBytes;
  return file.size() >= kMasksAt + 12 && le32(file, kMasksAt) == 0x00FF0000 &&
         le32(file, kMasksAt + 4) == 0x0000FF00 && le32(file, kMasksAt + 8) == 0x000000FF;
}

}  // namespace

Result<BmpHead> read_bmp_head(std::span<const std::uint8_t> file) {
  if (file.size() < kFileHeadBytes + kInfoHeadBytes) return corrupt("cut off in its head");
  const std::uint32_t info_bytes = le32(file, 14);
  if (info_bytes < kInfoHeadBytes || info_bytes > file.size()) return corrupt("head of an unknown size");

  const auto width = static_cast<std::int32_t>(le32(file, 18));
  const auto height = static_cast<std::int64_t>(static_cast<std::int32_t>(le32(file, 22)));
  if (width <= 0 || height == 0 || std::abs(height) > INT32_MAX) return corrupt("no size");

  BmpHead head;
  head.size = {width, static_cast<int>(std::abs(height))};
  head.is_top_down = height < 0;
  head.bits = file[28] | (file[29] << 8);
  head.pixels_at = le32(file, 10);
  const std::uint32_t compression = le32(file, 30);
  constexpr std::uint32_t kMasked = 3;
  const bool is_plain = compression == 0 && (head.bits == 8 || head.bits == 24 || head.bits == 32);
  if (!is_plain && !(compression == kMasked && head.bits == 32 && has_usual_masks(file))) {
    return Error{.code = Errc::unsupported_media,
                 .message = "BMP files are accepted uncompressed, with 8, 24 or 32 bits a pixel"};
  }
  if (head.bits == 8) {
    head.palette_at = kFileHeadBytes + info_bytes;
    const std::uint32_t entries = le32(file, 46);
    head.palette_entries = entries == 0 || entries > 256 ? 256 : entries;
    if (head.palette_at + 4 * head.palette_entries > file.size()) return corrupt("cut off in its palette");
  }
  return head;
}

Result<imaging::Image> read_bmp(std::span<const std::uint8_t> file, const BmpHead& head) {
  const auto height = static_cast<std::size_t>(head.size.height);
  if (head.pixels_at > file.size() || (file.size() - head.pixels_at) / row_bytes(head) < height) {
    return corrupt("fewer bytes than its size needs");
  }
  imaging::Image image(head.size, 3);
  const std::size_t step = static_cast<std::size_t>(head.bits) / 8;
  for (int y = 0; y < head.size.height; ++y) {
    const auto file_row = static_cast<std::size_t>(head.is_top_down ? y : head.size.height - 1 - y);
    const std::uint8_t* from = file.data() + head.pixels_at + file_row * row_bytes(head);
    std::uint8_t* to = image.row(y);
    for (int x = 0; x < head.size.width; ++x, from += step, to += 3) {
      const std::uint8_t* blue = from;
      if (head.bits == 8) {
        if (*from >= head.palette_entries) return corrupt("a colour that its palette does not have");
        blue = file.data() + head.palette_at + 4 * static_cast<std::size_t>(*from);
      }
      to[0] = blue[2];
      to[1] = blue[1];
      to[2] = blue[0];
    }
  }
  return image;
}

}  // namespace cutroom::codec_vips
