#include "adapters/codec_vips/vips_picture.hpp"

namespace cutroom::codec_vips {

vips::VImage view_of(const imaging::Image& image) {
  // libvips only reads it.
  auto* samples = const_cast<std::uint8_t*>(image.samples.data());
  const vips::VImage view = vips::VImage::new_from_memory(samples, image.samples.size(), image.size.width,
                                                          image.size.height, image.bands, VIPS_FORMAT_UCHAR);
  return view.copy(vips::VImage::option()->set(
      "interpretation", image.bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB));
}

imaging::Image computed(const vips::VImage& image) {
  imaging::Image pixels({image.width(), image.height()}, image.bands());
  const vips::VImage target =
      vips::VImage::new_from_memory(pixels.samples.data(), pixels.samples.size(), image.width(),
                                    image.height(), image.bands(), VIPS_FORMAT_UCHAR);
  image.write(target);
  return pixels;
}

}  // namespace cutroom::codec_vips
