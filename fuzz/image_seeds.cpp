#include "image_seeds.hpp"

#include <cstdlib>
#include <iostream>

#include <vips/vips8>

namespace cutroom::fuzz {
namespace {

using vips::VImage;

constexpr int kSide = 8;

// Two shades that run across each other, so that no row and no column is empty.
VImage picture(int bands) {
  const VImage place = VImage::xyz(kSide, kSide) * 30;
  std::vector<VImage> all;
  for (int band = 0; band < bands; ++band) all.push_back(place[band % 2]);
  const VImage joined = VImage::bandjoin(all).cast(VIPS_FORMAT_UCHAR);
  const auto meaning = bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  return joined.copy(VImage::option()->set("interpretation", meaning));
}

std::string written(const VImage& image, const std::string& format) {
  void* bytes = nullptr;
  std::size_t size = 0;
  image.write_to_buffer(format.c_str(), &bytes, &size);
  std::string file(static_cast<const char*>(bytes), size);
  g_free(bytes);
  return file;
}

// libvips doesn't write them.
std::string bmp(unsigned bits) {
  std::string file = "BM";
  const auto number = [&](unsigned value, int bytes) {
    for (int n = 0; n < bytes; ++n) file.push_back(static_cast<char>(value >> (8 * n) & 0xFFU));
  };
  const unsigned palette_bytes = bits == 8 ? 4 * 4 : 0;
  const unsigned pixel_bytes = kSide * kSide * bits / 8;
  number(54 + palette_bytes + pixel_bytes, 4);
  number(0, 4);
  number(54 + palette_bytes, 4);
  number(40, 4);  // The size of the head from here.
  number(kSide, 4);
  number(kSide, 4);
  number(1, 2);
  number(bits, 2);
  number(0, 4);  // Not compressed.
  number(pixel_bytes, 4);
  number(2835, 4);  // 72 dpi, in pixels a metre.
  number(2835, 4);
  number(palette_bytes / 4, 4);
  number(0, 4);
  for (unsigned n = 0; n < palette_bytes / 4; ++n) number(n * 0x00302010U, 4);
  for (unsigned n = 0; n < pixel_bytes; ++n) number(n % 4, 1);
  return file;
}

}  // namespace

std::vector<std::string> image_seeds() {
  if (VIPS_INIT("make_seeds") != 0) std::abort();
  std::vector<std::string> files{bmp(8), bmp(24), bmp(32)};
  const auto add = [&](const VImage& image, const std::string& format) {
    try {
      files.push_back(written(image, format));
    } catch (const vips::VError& error) {
      // What is not built in on this machine can't be read there either.
      std::cerr << "no seed " << format << ": " << error.what() << '\n';
    }
  };
  VImage turned = picture(3).copy();
  turned.set("orientation", 6);
  add(turned, ".jpg");
  add(picture(1), ".jpg");
  add(picture(3).colourspace(VIPS_INTERPRETATION_CMYK), ".jpg[strip=true]");  // The profile is large.
  add(picture(4), ".png");
  add(picture(1).colourspace(VIPS_INTERPRETATION_GREY16), ".png");
  add(picture(3), ".png[palette=true]");
  add(picture(3), ".png[interlace=true]");
  add(picture(3), ".webp");
  add(picture(4), ".webp[lossless=true]");
  add(picture(3), ".tif");
  add(picture(4), ".tif[compression=lzw,tile=true]");
  add(picture(3), ".tif[compression=jpeg,bigtiff=true]");
  add(picture(3), ".gif");
  add(picture(3), ".avif");
  add(picture(3), ".heic");
  return files;
}

}  // namespace cutroom::fuzz
