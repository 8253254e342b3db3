#include "adapters/codec_vips/vips_encode.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>

#include <vips/vips8>

#include "adapters/codec_vips/vips_guard.hpp"
#include "adapters/codec_vips/vips_picture.hpp"

namespace cutroom::codec_vips {
namespace {

struct Unref {
  void operator()(VipsBlob* blob) const { vips_area_unref(VIPS_AREA(blob)); }
};

vips::VImage with_metadata(const vips::VImage& picture, const Metadata& metadata) {
  vips::VImage out = picture.copy();
  for (const auto& [name, bytes] : metadata)
    vips_image_set_blob_copy(out.get_image(), name.c_str(), bytes.data(), bytes.size());
  // The picture is upright; its EXIF still says how the camera was held.
  vips_image_set_int(out.get_image(), VIPS_META_ORIENTATION, 1);
  return out;
}

std::unique_ptr<VipsBlob, Unref> save(const vips::VImage& picture, const imaging::EncodeOptions& options,
                                      bool strip) {
  const int quality = std::clamp(options.quality, 1, 100);
  auto* settings = vips::VImage::option()->set("strip", strip);
  switch (options.format) {
    case imaging::Format::png:
      return std::unique_ptr<VipsBlob, Unref>(picture.pngsave_buffer(settings));
    case imaging::Format::webp:
      // Effort 4, the default, takes half as long again for files 4 % smaller.
      return std::unique_ptr<VipsBlob, Unref>(
          picture.webpsave_buffer(settings->set("Q", quality)->set("effort", 2)));
    case imaging::Format::jpeg:
      // Colour at half resolution at every quality, as cameras do it; codes per file would cost a third more
      // time.
      return std::unique_ptr<VipsBlob, Unref>(
          picture.jpegsave_buffer(settings->set("Q", quality)
                                      ->set("subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON)
                                      ->set("optimize_coding", false)));
    case imaging::Format::avif:
      break;
  }
  // Effort 4, the default, takes four times as long for files a few percent smaller.
  return std::unique_ptr<VipsBlob, Unref>(picture.heifsave_buffer(
      settings->set("Q", quality)->set("compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1)->set("effort", 1)));
}

bool writes_avif() {
  static const bool can =
      guarded(Errc::internal, []() -> Result<void> {
        auto* sixteen = vips::VImage::option()->set("bands", 3);
        auto* srgb = vips::VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB);
        save(vips::VImage::black(16, 16, sixteen).copy(srgb), {.format = imaging::Format::avif}, true);
        return {};
      }).has_value();
  return can;
}

// The libraries' own: libjpeg, libwebp, AV1; libvips' for PNG.
int side_max(imaging::Format format) {
  switch (format) {
    case imaging::Format::jpeg:
      return 65500;
    case imaging::Format::webp:
      return 16383;
    case imaging::Format::avif:
      return 16384;
    case imaging::Format::png:
      break;
  }
  return 1'000'000;
}

std::string name_of(imaging::Format format) {
  switch (format) {
    case imaging::Format::jpeg:
      return "A JPEG";
    case imaging::Format::webp:
      return "A WebP";
    case imaging::Format::avif:
      return "An AVIF";
    case imaging::Format::png:
      break;
  }
  return "A PNG";
}

// libvips writes no JFIF head into a file without metadata, which is where a JPEG's resolution stands.
Bytes with_jfif_head(std::span<const std::uint8_t> file, double dots_per_inch) {
  const auto density = static_cast<std::uint16_t>(std::clamp(std::lround(dots_per_inch), 1L, 65'535L));
  const auto high = static_cast<std::uint8_t>(density >> 8U);
  const auto low = static_cast<std::uint8_t>(density & 255U);
  // Version 1.1; the unit: inch; across and down; no preview.
  const std::array<std::uint8_t, 20> head{0xFF, 0xD8, 0xFF, 0xE0, 0,    16,  'J',  'F', 'I', 'F',
                                          0,    1,    1,    1,    high, low, high, low, 0,   0};
  constexpr std::size_t kStart = 2;  // The mark that both begin with.
  Bytes out(head.size() + file.size() - kStart);
  std::copy(head.begin(), head.end(), out.data());
  std::copy(file.begin() + kStart, file.end(), out.data() + head.size());
  return out;
}

}  // namespace

bool can_encode(imaging::Format format) { return format != imaging::Format::avif || writes_avif(); }

Result<Bytes> encode_with_vips(const imaging::Image& image, const imaging::EncodeOptions& options,
                               const Metadata& metadata) {
  if (options.format == imaging::Format::jpeg && image.bands == 4) {
    return Error{.code = Errc::invalid_input, .message = "JPEG has no transparency: a background is needed"};
  }
  if (!can_encode(options.format)) {
    return Error{.code = Errc::invalid_input,
                 .message = "format: this server can't write avif; use webp, png or jpeg"};
  }
  if (std::max(image.size.width, image.size.height) > side_max(options.format)) {
    return Error{.code = Errc::too_large,
                 .message = name_of(options.format) + " can have at most " +
                            std::to_string(side_max(options.format)) + " pixels a side"};
  }
  const auto blob = save(with_metadata(view_of(image), metadata), options, metadata.empty());
  std::size_t bytes = 0;
  const void* data = vips_blob_get(blob.get(), &bytes);
  const std::span file(static_cast<const std::uint8_t*>(data), bytes);
  const bool needs_head = options.format == imaging::Format::jpeg && metadata.empty();
  if (needs_head && options.dots_per_inch > 0.0) return with_jfif_head(file, options.dots_per_inch);
  return Bytes::copy_of(file);
}

}  // namespace cutroom::codec_vips
