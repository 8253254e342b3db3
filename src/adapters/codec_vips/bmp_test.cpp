#include "adapters/codec_vips/bmp.hpp"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace cutroom::codec_vips {
namespace {

using File = std::vector<std::uint8_t>;

void put32(File& file, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// A head for `bits` a pixel, with `palette` behind it; rows follow.
File head_of(int width, int height, int bits, const File& palette = {}) {
  File file(54);
  file[0] = 'B';
  file[1] = 'M';
  put32(file, 10, static_cast<std::uint32_t>(54 + palette.size()));
  put32(file, 14, 40);
  put32(file, 18, static_cast<std::uint32_t>(width));
  put32(file, 22, static_cast<std::uint32_t>(height));
  file[26] = 1;
  file[28] = static_cast<std::uint8_t>(bits);
  put32(file, 46, static_cast<std::uint32_t>(palette.size() / 4));
  file.insert(file.end(), palette.begin(), palette.end());
  return file;
}

File operator+(File file, const File& more) {
  file.insert(file.end(), more.begin(), more.end());
  return file;
}

Result<imaging::Image> read(const File& file) {
  const auto head = read_bmp_head(file);
  if (!head) return head.error();
  return read_bmp(file, *head);
}

File samples(const File& file) {
  const auto image = read(file);
  EXPECT_TRUE(image) << (image ? "" : image.error().detail);
  if (!image) return {};
  return {image->samples.span().begin(), image->samples.span().end()};
}

TEST(Bmp, reads_rows_from_the_bottom_with_blue_first) {
  const File file = head_of(1, 2, 24) + File{3, 2, 1, 0, 6, 5, 4, 0};
  EXPECT_EQ(samples(file), (File{4, 5, 6, 1, 2, 3}));
}

TEST(Bmp, reads_rows_from_the_top_where_the_height_is_negative) {
  const File file = head_of(1, -2, 24) + File{3, 2, 1, 0, 6, 5, 4, 0};
  EXPECT_EQ(samples(file), (File{1, 2, 3, 4, 5, 6}));
}

TEST(Bmp, reads_32_bits_and_ignores_the_fourth_byte) {
  EXPECT_EQ(samples(head_of(2, 1, 32) + File{3, 2, 1, 0, 6, 5, 4, 255}), (File{1, 2, 3, 4, 5, 6}));
}

TEST(Bmp, looks_colours_up_in_its_palette) {
  const File palette{30, 20, 10, 0, 60, 50, 40, 0};
  EXPECT_EQ(samples(head_of(2, 1, 8, palette) + File{1, 0, 0, 0}), (File{40, 50, 60, 10, 20, 30}));
  EXPECT_EQ(read(head_of(2, 1, 8, palette) + File{1, 2, 0, 0}).error().code, Errc::corrupt_media);
}

TEST(Bmp, refuses_what_it_does_not_read) {
  File compressed = head_of(2, 1, 8, File(8)) + File(4);
  put32(compressed, 30, 1);
  EXPECT_EQ(read(compressed).error().code, Errc::unsupported_media);
  EXPECT_EQ(read(head_of(2, 1, 4) + File(4)).error().code, Errc::unsupported_media);
}

TEST(Bmp, finds_every_cut_and_every_size_that_lies) {
  const File whole = head_of(2, 2, 8, File(8)) + File(8);
  ASSERT_TRUE(read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto image = read(File(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(image.error().code, Errc::corrupt_media) << size;
  }
  for (const std::uint32_t value : {0U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    for (const std::size_t field : {10U, 14U, 18U, 22U, 46U}) {
      File file = whole;
      put32(file, field, value);
      const auto head = read_bmp_head(file);
      // As the codec does it: the size is checked before pixels are read.
      if (head && head->size.pixels() < 1000) (void)read_bmp(file, *head);
    }
  }
}

}  // namespace
}  // namespace cutroom::codec_vips
