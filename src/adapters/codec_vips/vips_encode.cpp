#include "adapters/codec_vips/vips_encode.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <vips/vips8>

namespace cutroom::codec_vips {
namespace {

struct Unref {
  void operator()(VipsBlob* blob) const { vips_area_unref(VIPS_AREA(blob)); }
};

// The picture's own memory, not a copy: valid as long as `image` is.
vips::VImage as_vips(const imaging::Image& image) {
  // libvips only reads it.
  auto* samples = const_cast<std::uint8_t*>(image.samples.data());
  const vips::VImage view = vips::VImage::new_from_memory(samples, image.samples.size(), image.size.width,
                                                          image.size.height, image.bands, VIPS_FORMAT_UCHAR);
  return view.copy(vips::VImage::option()->set(
      "interpretation", image.bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB));
}

std::unique_ptr<VipsBlob, Unref> save(const imaging::Image& image, const imaging::EncodeOptions& options) {
  const int quality = std::clamp(options.quality, 1, 100);
  auto* settings = vips::VImage::option()->set("Q", quality)->set("strip", true);
  if (options.format == imaging::Format::webp) {
    // Effort 4, the default, takes half as long again for files 4 % smaller.
    return std::unique_ptr<VipsBlob, Unref>(as_vips(image).webpsave_buffer(settings->set("effort", 2)));
  }
  // Colour at half resolution at every quality, as cameras do it; codes per file would cost a third more
  // time.
  return std::unique_ptr<VipsBlob, Unref>(as_vips(image).jpegsave_buffer(
      settings->set("subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON)->set("optimize_coding", false)));
}

}  // namespace

Result<Bytes> encode_with_vips(const imaging::Image& image, const imaging::EncodeOptions& options) {
  const bool is_jpeg = options.format == imaging::Format::jpeg;
  if (is_jpeg && image.bands == 4) {
    return Error{.code = Errc::invalid_input, .message = "JPEG has no transparency: a background is needed"};
  }
  const int side_max = is_jpeg ? 65500 : 16383;  // libjpeg's and libwebp's own.
  if (std::max(image.size.width, image.size.height) > side_max) {
    return Error{.code = Errc::too_large,
                 .message = (is_jpeg ? "A JPEG can have at most " : "A WebP can have at most ") +
                            std::to_string(side_max) + " pixels a side"};
  }
  const auto blob = save(image, options);
  std::size_t bytes = 0;
  const void* data = vips_blob_get(blob.get(), &bytes);
  return Bytes::copy_of({static_cast<const std::uint8_t*>(data), bytes});
}

}  // namespace cutroom::codec_vips
