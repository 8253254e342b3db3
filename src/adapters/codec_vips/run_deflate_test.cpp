#include "adapters/codec_vips/run_deflate.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <libdeflate.h>

#include "adapters/codec_vips/huffman.hpp"

namespace cutroom::codec_vips {
namespace {

using Block = std::vector<std::uint8_t>;

Block compress(const std::vector<Block>& blocks) {
  std::size_t raw = 0;
  for (const auto& block : blocks) raw += block.size();
  Block file(RunDeflate::bound(raw, blocks.size()));
  RunDeflate deflate(file.data());
  for (std::size_t i = 0; i < blocks.size(); ++i) deflate.add(blocks[i], i + 1 == blocks.size());
  file.resize(static_cast<std::size_t>(deflate.end() - file.data()));
  return file;
}

// With somebody else's decoder.
Block decompress(const Block& file, std::size_t size) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  Block raw(size);
  std::size_t actual = 0;
  const auto result = libdeflate_deflate_decompress(decompressor.get(), file.data(), file.size(), raw.data(),
                                                    raw.size(), &actual);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(actual, size);
  return raw;
}

void expect_round_trip(const std::vector<Block>& blocks, const std::string& name) {
  Block raw;
  for (const auto& block : blocks) raw.insert(raw.end(), block.begin(), block.end());
  const Block file = compress(blocks);
  EXPECT_EQ(decompress(file, raw.size()), raw) << name;
}

Block noise(std::size_t size, unsigned seed, int spread) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, spread);
  Block block(size);
  for (auto& byte : block) byte = static_cast<std::uint8_t>(static_cast<int>(normal(random)));
  return block;
}

TEST(RunDeflate, gives_back_every_length_of_a_run_of_zeros) {
  for (std::size_t run = 0; run <= 800; ++run) {
    Block block = noise(9, 1, 60);
    block.insert(block.end(), run, 0);
    block.push_back(7);
    expect_round_trip({block}, std::to_string(run));
    block.insert(block.begin(), run, 0);
    block.pop_back();
    expect_round_trip({block}, std::to_string(run) + " in front and at the end");
  }
}

TEST(RunDeflate, gives_back_noise_of_every_width) {
  for (const int spread : {1, 2, 5, 20, 100, 1000}) {
    expect_round_trip({noise(100'000, 2, spread)}, std::to_string(spread));
  }
}

TEST(RunDeflate, joins_blocks_of_any_size) {
  std::vector<Block> blocks;
  for (std::size_t size = 1; size < 40; ++size) blocks.push_back(noise(size, static_cast<unsigned>(size), 3));
  blocks.emplace_back(100'000);
  blocks.push_back(Block(5, 9));
  expect_round_trip(blocks, "many blocks");
  expect_round_trip({Block{}}, "nothing");
}

TEST(RunDeflate, stays_below_its_bound_where_nothing_can_be_saved) {
  std::mt19937 random(3);
  Block block(200'000);
  for (auto& byte : block) byte = static_cast<std::uint8_t>(random());
  EXPECT_LE(compress({block}).size(), RunDeflate::bound(block.size(), 1));
  EXPECT_LE(compress({block}).size(), block.size() * 1001 / 1000 + 300);
  Block one{1};
  EXPECT_LE(compress({one}).size(), RunDeflate::bound(1, 1));
}

TEST(RunDeflate, makes_next_to_nothing_of_zeros) { EXPECT_LT(compress({Block(1'000'000)}).size(), 1'100U); }

TEST(Huffman, keeps_to_the_limit_and_fills_the_code_space) {
  // Fibonacci's numbers give the deepest tree there is.
  std::vector<std::uint32_t> counts{1, 1};
  while (counts.size() < 40) counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  for (const int limit : {6, 7, 12, 15}) {
    std::vector<std::uint8_t> lengths(counts.size());
    huffman_lengths(counts, limit, lengths);
    double space = 0;
    for (const auto length : lengths) {
      EXPECT_GE(length, 1);
      EXPECT_LE(length, limit);
      space += std::ldexp(1, -length);
    }
    EXPECT_EQ(space, 1) << limit;
    EXPECT_TRUE(std::is_sorted(lengths.rbegin(), lengths.rend())) << "frequent symbols have the short codes";
  }
}

TEST(Huffman, gives_one_symbol_one_bit_and_none_nothing) {
  std::vector<std::uint8_t> lengths(4);
  huffman_lengths(std::vector<std::uint32_t>{0, 5, 0, 0}, 12, lengths);
  EXPECT_EQ(lengths, (std::vector<std::uint8_t>{0, 1, 0, 0}));
  huffman_lengths(std::vector<std::uint32_t>{0, 0, 0, 0}, 12, lengths);
  EXPECT_EQ(lengths, (std::vector<std::uint8_t>(4)));
}

TEST(Huffman, makes_the_codes_of_the_formats_own_example) {
  // RFC 1951, 3.2.2: lengths 3 3 3 3 3 2 4 4 give 010 011 100 101 110 00 1110 1111; here their bits are
  // turned round.
  std::vector<std::uint16_t> codes(8);
  huffman_codes(std::vector<std::uint8_t>{3, 3, 3, 3, 3, 2, 4, 4}, codes);
  EXPECT_EQ(codes, (std::vector<std::uint16_t>{0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111}));
}

}  // namespace
}  // namespace cutroom::codec_vips
