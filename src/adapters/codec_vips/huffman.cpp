#include "adapters/codec_vips/huffman.hpp"

#include <algorithm>
#include <array>

namespace cutroom::codec_vips {
namespace {

constexpr std::size_t kSymbolsMax = 320;
constexpr int kDepthMax = 64;

// How many codes there are of each length, unlimited, for `counts` sorted from small to large: two queues, of
// the symbols and of the trees made so far, both in order, so that the two smallest are always in front.
std::array<int, kDepthMax> optimal_depths(std::span<const std::uint32_t> counts) {
  const std::size_t symbols = counts.size();
  std::array<std::uint64_t, 2 * kSymbolsMax> weight{};
  std::array<std::uint16_t, 2 * kSymbolsMax> parent{};
  std::copy(counts.begin(), counts.end(), weight.begin());
  std::size_t next_symbol = 0;
  std::size_t next_tree = symbols;
  std::size_t trees_end = symbols;
  const auto take_smallest = [&] {
    const bool is_symbol =
        next_symbol < symbols && (next_tree == trees_end || weight[next_symbol] <= weight[next_tree]);
    return is_symbol ? next_symbol++ : next_tree++;
  };
  for (; trees_end < 2 * symbols - 1; ++trees_end) {
    const std::size_t a = take_smallest();
    const std::size_t b = take_smallest();
    weight[trees_end] = weight[a] + weight[b];
    parent[a] = parent[b] = static_cast<std::uint16_t>(trees_end);
  }
  std::array<int, kDepthMax> depths{};
  std::array<std::uint8_t, 2 * kSymbolsMax> depth{};
  for (std::size_t node = 2 * symbols - 2; node-- > 0;) {
    // 32-bit counts can't give a tree of 64 levels: weights grow at least like Fibonacci's numbers.
    depth[node] = static_cast<std::uint8_t>(depth[parent[node]] + 1);
    if (node < symbols) ++depths[depth[node]];
  }
  return depths;
}

// Shortens what is too long and pays with the longest of the others: not optimal, but within a thousandth on
// real counts.
void limit_depths(std::array<int, kDepthMax>& depths, int length_max) {
  const auto limit = static_cast<std::size_t>(length_max);
  for (std::size_t depth = limit + 1; depth < depths.size(); ++depth) {
    depths[limit] += depths[depth];
    depths[depth] = 0;
  }
  // Kraft's sum in units of the longest code; it must come down to 1.
  std::int64_t sum = 0;
  for (std::size_t depth = 1; depth <= limit; ++depth) sum += std::int64_t{depths[depth]} << (limit - depth);
  for (; sum > std::int64_t{1} << limit; --sum) {
    // One leaf becomes an inner node, with itself and one of the longest below it.
    --depths[limit];
    std::size_t depth = limit - 1;
    while (depths[depth] == 0) --depth;
    --depths[depth];
    depths[depth + 1] += 2;
  }
}

}  // namespace

void huffman_lengths(std::span<const std::uint32_t> counts, int length_max, std::span<std::uint8_t> lengths) {
  std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
  std::array<std::uint16_t, kSymbolsMax> order{};
  std::size_t used = 0;
  for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
    if (counts[symbol] > 0) order[used++] = static_cast<std::uint16_t>(symbol);
  }
  if (used == 0) return;
  if (used == 1) {
    lengths[order[0]] = 1;
    return;
  }
  std::stable_sort(order.begin(), order.begin() + used,
                   [&](auto a, auto b) { return counts[a] < counts[b]; });
  std::array<std::uint32_t, kSymbolsMax> sorted{};
  for (std::size_t i = 0; i < used; ++i) sorted[i] = counts[order[i]];

  auto depths = optimal_depths(std::span(sorted).first(used));
  limit_depths(depths, length_max);
  std::size_t i = used;
  for (std::size_t depth = 1; depth < depths.size(); ++depth) {
    for (int n = depths[depth]; n > 0; --n) lengths[order[--i]] = static_cast<std::uint8_t>(depth);
  }
}

void huffman_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes) {
  std::array<unsigned, 17> count{};
  for (const std::uint8_t length : lengths) ++count[length];
  count[0] = 0;
  std::array<unsigned, 17> next{};
  for (std::size_t length = 1; length < next.size(); ++length) {
    next[length] = (next[length - 1] + count[length - 1]) << 1U;
  }
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    unsigned code = lengths[symbol] == 0 ? 0 : next[lengths[symbol]]++;
    unsigned reversed = 0;
    for (int bit = 0; bit < lengths[symbol]; ++bit, code >>= 1U) reversed = (reversed << 1U) | (code & 1U);
    codes[symbol] = static_cast<std::uint16_t>(reversed);
  }
}

}  // namespace cutroom::codec_vips
