// DEFLATE for what PNG's filters leave of photos: prefix codes, and runs of zeros. Searching for other
// repetitions, as general compressors do, takes most of their time there and makes the result bigger, since
// the short matches that turn up by chance spoil the statistics: docs/decisions/0002-png-encoder.md has the
// figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cutroom::codec_vips {

class RunDeflate {
 public:
  // Blocks of about this size follow a picture's changes well, and their codes' description costs little.
  static constexpr std::size_t kBlockBytes = 128 * 1024;

  // Bytes that `raw` bytes in `blocks` blocks can need at most.
  static std::size_t bound(std::size_t raw, std::size_t blocks) { return raw + raw / 8 + 512 * blocks + 64; }

  // Writes to `to` and beyond, as far as bound() says.
  explicit RunDeflate(std::uint8_t* to) : out_(to) {}

  // One block; of any size.
  void add(std::span<const std::uint8_t> block, bool is_last);

  // Behind the last byte; after the last block.
  std::uint8_t* end();

 private:
  struct Segment {
    std::uint32_t literals;
    std::uint32_t zeros;  // After them.
  };
  struct Codes;

  void find_segments(std::span<const std::uint8_t> block);
  void write_header(const Codes&, bool is_last);
  void write_literals(const Codes&, const std::uint8_t* from, std::size_t count);
  void write_zeros(const Codes&, std::size_t count);

  // `bits` holds less than 8 waiting bits after it.
  void flush();
  void put(std::uint64_t value, int count) {
    bits_ |= value << bit_count_;
    bit_count_ += count;
  }

  std::uint8_t* out_;
  std::uint64_t bits_ = 0;
  int bit_count_ = 0;
  std::vector<Segment> segments_;
};

}  // namespace cutroom::codec_vips
