// Pictures for tests: drawn, as files, edited, and read again.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>

#include <gtest/gtest.h>

#include "adapters/codec_vips/test_library.hpp"
#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/codec_vips/vips_editor.hpp"

namespace cutroom::codec_vips {

inline constexpr imaging::Rgb kRed{200, 30, 30};
inline constexpr imaging::Rgb kBlue{30, 30, 200};

// Left half red, right half blue.
inline imaging::Image halves(imaging::Size size, int bands = 3) {
  imaging::Image image(size, bands);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const imaging::Rgb colour = x < size.width / 2 ? kRed : kBlue;
      std::uint8_t* at = image.row(y) + x * bands;
      at[0] = colour.r;
      at[1] = colour.g;
      at[2] = colour.b;
      if (bands == 4) at[3] = 255;
    }
  }
  return image;
}

inline imaging::Image plain(imaging::Size size, imaging::Rgb colour) {
  imaging::Image image(size, 3);
  for (std::size_t i = 0; i < size.pixels(); ++i) {
    image.samples[3 * i] = colour.r;
    image.samples[3 * i + 1] = colour.g;
    image.samples[3 * i + 2] = colour.b;
  }
  return image;
}

inline void fill(imaging::Image& image, imaging::Rect rect, imaging::Rgba colour) {
  const std::array<std::uint8_t, 4> samples{colour.r, colour.g, colour.b, colour.a};
  for (int y = rect.y; y < rect.y + rect.height; ++y)
    for (int x = rect.x; x < rect.x + rect.width; ++x)
      std::copy_n(samples.data(), image.bands, image.row(y) + x * image.bands);
}

// Any photo: no two parts of it alike.
inline imaging::Image noise(imaging::Size size) {
  imaging::Image image(size, 3);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    image.samples[i] = static_cast<std::uint8_t>(state >> 24U);
  }
  return image;
}

inline Bytes file_of(const imaging::Image& image, imaging::EncodeOptions options = {}) {
  auto bytes = VipsCodec(VipsForTests::library()).encode(image, options);
  EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().text());
  return std::move(*bytes);
}

inline imaging::Decoded read(const Bytes& file) {
  auto decoded = VipsCodec(VipsForTests::library()).decode(file.span(), {});
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().text());
  return decoded ? std::move(*decoded) : imaging::Decoded{};
}

inline Result<imaging::Edited> try_edit(const Bytes& photo, const imaging::ImageOperations& operations,
                                        const imaging::Overlays& overlays = {}) {
  return VipsEditor(VipsForTests::library()).edit(photo.span(), overlays, operations, {}, {}, [](int, int) {
  });
}

inline imaging::Edited edit(const Bytes& photo, const imaging::ImageOperations& operations,
                            const imaging::Overlays& overlays = {}) {
  auto edited = try_edit(photo, operations, overlays);
  EXPECT_TRUE(edited) << (edited ? "" : edited.error().text() + " " + edited.error().detail);
  return edited ? std::move(*edited) : imaging::Edited{};
}

inline imaging::ImageOperations steps(std::vector<imaging::AnyStep> list) {
  imaging::ImageOperations operations;
  for (auto& one : list)
    operations.steps.push_back({.what = std::move(one), .position = operations.steps.size()});
  operations.output.format = imaging::Format::png;
  return operations;
}

// The picture after one step.
inline imaging::Decoded after(const imaging::Image& picture, imaging::AnyStep step,
                              const imaging::Overlays& overlays = {}) {
  return read(edit(file_of(picture), steps({std::move(step)}), overlays).main.bytes);
}

inline imaging::Rgb at(const imaging::Decoded& picture, int x, int y) {
  const std::uint8_t* p = picture.rgb.row(y) + 3 * x;
  return {p[0], p[1], p[2]};
}
inline int alpha_at(const imaging::Decoded& picture, int x, int y) {
  return picture.alpha ? picture.alpha->row(y)[x] : 255;
}
inline bool near(imaging::Rgb a, imaging::Rgb b, int by = 3) {
  return std::abs(a.r - b.r) <= by && std::abs(a.g - b.g) <= by && std::abs(a.b - b.b) <= by;
}

}  // namespace cutroom::codec_vips
