#include "adapters/codec_vips/run_deflate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "adapters/codec_vips/huffman.hpp"

namespace cutroom::codec_vips {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read and written as they are");

// RFC 1951, 3.2.5: 0..255 are bytes, then the end of the block, then the lengths of matches.
constexpr std::size_t kSymbols = 286;
constexpr std::size_t kEndOfBlock = 256;
constexpr std::size_t kLongestMatch = 258;
constexpr std::size_t kShortestMatch = 3;
// Shorter codes than the format's 15 bits, so that four literals always fit in the bit buffer.
constexpr int kCodeBitsMax = 12;

struct MatchCode {
  std::uint16_t symbol;
  std::uint8_t extra_bits;
  std::uint8_t extra;
};

// By length.
constexpr std::array<MatchCode, kLongestMatch + 1> kMatchCodes = [] {
  std::array<MatchCode, kLongestMatch + 1> codes{};
  std::size_t length = kShortestMatch;
  for (unsigned symbol = 257; symbol < 285; ++symbol) {
    const unsigned extra_bits = symbol < 265 ? 0 : (symbol - 261) / 4;
    for (unsigned extra = 0; extra < 1U << extra_bits && length <= kLongestMatch; ++extra, ++length) {
      codes[length] = {static_cast<std::uint16_t>(symbol), static_cast<std::uint8_t>(extra_bits),
                       static_cast<std::uint8_t>(extra)};
    }
  }
  codes[kLongestMatch] = {285, 0, 0};
  return codes;
}();

std::uint64_t eight_bytes(const std::uint8_t* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// A run of zeros as it is written: a zero, then matches of the byte before, then zeros for what is left.
struct ZeroRun {
  explicit ZeroRun(std::size_t count)
      : longest((count - 1) / kLongestMatch), match((count - 1) % kLongestMatch) {
    if (match < kShortestMatch) {
      zeros = 1 + match;
      match = 0;
    }
  }
  std::size_t longest;
  std::size_t match;
  std::size_t zeros = 1;
};

// Four tables, since neighbouring bytes are often equal and one counter would wait for itself.
void count_bytes(std::span<const std::uint8_t> bytes, std::array<std::array<std::uint32_t, 256>, 4>& counts) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint64_t word = eight_bytes(bytes.data() + i);
    ++counts[0][word & 255U];
    ++counts[1][(word >> 8U) & 255U];
    ++counts[2][(word >> 16U) & 255U];
    ++counts[3][(word >> 24U) & 255U];
    ++counts[0][(word >> 32U) & 255U];
    ++counts[1][(word >> 40U) & 255U];
    ++counts[2][(word >> 48U) & 255U];
    ++counts[3][word >> 56U];
  }
  for (; i < bytes.size(); ++i) ++counts[0][bytes[i]];
}

}  // namespace

struct RunDeflate::Codes {
  std::array<std::uint8_t, kSymbols> lengths{};
  std::array<std::uint16_t, kSymbols> codes{};
  // Of bytes, code and length in one: length in the highest 8 bits.
  std::array<std::uint32_t, 256> literals{};
};

void RunDeflate::flush() {
  std::memcpy(out_, &bits_, sizeof(bits_));
  out_ += bit_count_ >> 3;
  bits_ >>= bit_count_ & ~7;
  bit_count_ &= 7;
}

// Runs that hold a whole aligned word of zeros. Shorter ones are cheap enough as literals, a bit or two each.
void RunDeflate::find_segments(std::span<const std::uint8_t> block) {
  segments_.clear();
  const std::uint8_t* const begin = block.data();
  const std::uint8_t* const end = begin + block.size();
  const std::uint8_t* literals = begin;
  const std::uint8_t* at = begin;
  while (end - at >= 8) {
    if (eight_bytes(at) != 0) {
      at += 8;
      continue;
    }
    const std::uint8_t* first = at;
    while (first > literals && first[-1] == 0) --first;
    at += 8;
    while (end - at >= 8 && eight_bytes(at) == 0) at += 8;
    while (at < end && *at == 0) ++at;
    segments_.push_back(
        {static_cast<std::uint32_t>(first - literals), static_cast<std::uint32_t>(at - first)});
    literals = at;
  }
  segments_.push_back({static_cast<std::uint32_t>(end - literals), 0});
}

void RunDeflate::write_header(const Codes& codes, bool is_last) {
  // Both alphabets' lengths in a row: all symbols, then one distance, 1, with a code of one bit.
  std::array<std::uint8_t, kSymbols + 1> lengths{};
  std::copy(codes.lengths.begin(), codes.lengths.end(), lengths.begin());
  lengths[kSymbols] = 1;

  // They are themselves coded, with 16 for repeats and 17, 18 for zeros.
  struct Item {
    std::uint8_t symbol, extra, extra_bits;
  };
  std::array<Item, kSymbols + 1> items{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < lengths.size();) {
    std::size_t run = 1;
    while (i + run < lengths.size() && lengths[i + run] == lengths[i]) ++run;
    if (lengths[i] == 0 && run >= 3) {
      run = std::min<std::size_t>(run, 138);
      items[count++] = run < 11 ? Item{17, static_cast<std::uint8_t>(run - 3), 3}
                                : Item{18, static_cast<std::uint8_t>(run - 11), 7};
    } else if (i > 0 && lengths[i] == lengths[i - 1] && run >= 3) {
      run = std::min<std::size_t>(run, 6);
      items[count++] = {16, static_cast<std::uint8_t>(run - 3), 2};
    } else {
      run = 1;
      items[count++] = {lengths[i], 0, 0};
    }
    i += run;
  }
  std::array<std::uint32_t, 19> item_counts{};
  for (std::size_t i = 0; i < count; ++i) ++item_counts[items[i].symbol];
  std::array<std::uint8_t, 19> item_lengths{};
  std::array<std::uint16_t, 19> item_codes{};
  huffman_lengths(item_counts, 7, item_lengths);
  huffman_codes(item_lengths, item_codes);

  put(is_last ? 1 : 0, 1);
  put(2, 2);  // Codes of its own.
  put(kSymbols - 257, 5);
  put(0, 5);
  put(19 - 4, 4);
  flush();
  constexpr std::array<std::uint8_t, 19> kOrder{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
  for (const std::uint8_t symbol : kOrder) {
    put(item_lengths[symbol], 3);
    flush();
  }
  for (std::size_t i = 0; i < count; ++i) {
    put(item_codes[items[i].symbol], item_lengths[items[i].symbol]);
    put(items[i].extra, items[i].extra_bits);
    flush();
  }
}

void RunDeflate::write_literals(const Codes& codes, const std::uint8_t* from, std::size_t count) {
  // Locals, since bytes that are written might else be members.
  std::uint8_t* out = out_;
  std::uint64_t bits = bits_;
  unsigned bit_count = static_cast<unsigned>(bit_count_);
  const std::uint32_t* const table = codes.literals.data();
  constexpr std::uint32_t kCode = 0xFFFFFF;
  for (; count >= 4; count -= 4, from += 4) {
    const std::uint32_t a = table[from[0]];
    const std::uint32_t b = table[from[1]];
    const std::uint32_t c = table[from[2]];
    const std::uint32_t d = table[from[3]];
    // Two and two are joined before they meet the buffer: the chain of dependent steps is half as long.
    const std::uint64_t ab = (a & kCode) | (static_cast<std::uint64_t>(b & kCode) << (a >> 24U));
    const std::uint64_t cd = (c & kCode) | (static_cast<std::uint64_t>(d & kCode) << (c >> 24U));
    const unsigned ab_count = (a >> 24U) + (b >> 24U);
    const unsigned cd_count = (c >> 24U) + (d >> 24U);
    bits |= (ab | (cd << ab_count)) << bit_count;
    bit_count += ab_count + cd_count;
    std::memcpy(out, &bits, sizeof(bits));
    out += bit_count >> 3U;
    bits >>= bit_count & ~7U;
    bit_count &= 7U;
  }
  out_ = out;
  bits_ = bits;
  bit_count_ = static_cast<int>(bit_count);
  for (; count > 0; --count, ++from) put(table[*from] & kCode, static_cast<int>(table[*from] >> 24U));
  flush();
}

void RunDeflate::write_zeros(const Codes& codes, std::size_t count) {
  const ZeroRun run(count);
  const auto zero = [&] { put(codes.codes[0], codes.lengths[0]); };
  zero();
  flush();
  for (std::size_t i = 0; i < run.longest; ++i) {
    put(codes.codes[285], codes.lengths[285] + 1);  // The distance's one bit is 0.
    flush();
  }
  if (run.match > 0) {
    const MatchCode match = kMatchCodes[run.match];
    put(codes.codes[match.symbol], codes.lengths[match.symbol]);
    put(match.extra, match.extra_bits + 1);
    flush();
  }
  for (std::size_t i = 1; i < run.zeros; ++i) zero();
  flush();
}

void RunDeflate::add(std::span<const std::uint8_t> block, bool is_last) {
  find_segments(block);
  std::array<std::array<std::uint32_t, 256>, 4> byte_counts{};
  std::array<std::uint32_t, kSymbols> counts{};
  counts[kEndOfBlock] = 1;
  std::size_t at = 0;
  for (const Segment& segment : segments_) {
    count_bytes(block.subspan(at, segment.literals), byte_counts);
    at += segment.literals + segment.zeros;
    if (segment.zeros == 0) continue;
    const ZeroRun run(segment.zeros);
    counts[0] += static_cast<std::uint32_t>(run.zeros);
    counts[285] += static_cast<std::uint32_t>(run.longest);
    if (run.match > 0) ++counts[kMatchCodes[run.match].symbol];
  }
  for (std::size_t symbol = 0; symbol < 256; ++symbol) {
    for (const auto& table : byte_counts) counts[symbol] += table[symbol];
  }

  Codes codes;
  huffman_lengths(counts, kCodeBitsMax, codes.lengths);
  huffman_codes(codes.lengths, codes.codes);
  for (std::size_t i = 0; i < 256; ++i) {
    codes.literals[i] = codes.codes[i] | (static_cast<std::uint32_t>(codes.lengths[i]) << 24U);
  }

  write_header(codes, is_last);
  const std::uint8_t* from = block.data();
  for (const Segment& segment : segments_) {
    write_literals(codes, from, segment.literals);
    if (segment.zeros > 0) write_zeros(codes, segment.zeros);
    from += segment.literals + segment.zeros;
  }
  put(codes.codes[kEndOfBlock], codes.lengths[kEndOfBlock]);
  flush();
}

std::uint8_t* RunDeflate::end() {
  flush();
  if (bit_count_ > 0) ++out_;
  return out_;
}

}  // namespace cutroom::codec_vips
