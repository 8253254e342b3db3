#include "delivery/base64.hpp"

#include <array>
#include <cstdint>

namespace cutroom::delivery {
namespace {

// For each place in a group of four the character's six bits, already shifted to where they belong. What is
// no base64 character sets a bit above the 24 that count, so that one test does for a whole group.
constexpr std::uint32_t kBad = 1U << 31U;
using Table = std::array<std::uint32_t, 256>;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<Table, 4> make_tables() {
  std::array<Table, 4> tables{};
  for (Table& table : tables) table.fill(kBad);
  for (std::uint32_t value = 0; value < 64; ++value)
    for (std::size_t place = 0; place < 4; ++place)
      tables[place][static_cast<unsigned char>(kAlphabet[value])] = value << (18 - 6 * place);
  return tables;
}

constexpr std::array<Table, 4> kTables = make_tables();

std::uint32_t group(const unsigned char* four) {
  return kTables[0][four[0]] | kTables[1][four[1]] | kTables[2][four[2]] | kTables[3][four[3]];
}

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::size_t base64_decoded_size(std::string_view text) {
  const std::size_t whole = (text.size() + 3) / 4 * 3;
  return whole - (whole == 0 ? 0 : padding_of(text));
}

std::optional<Bytes> base64_decoded(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return Bytes();
  const std::size_t padding = padding_of(text);
  Bytes out(base64_decoded_size(text));
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  std::uint8_t* to = out.data();

  std::uint32_t seen = 0;
  const std::size_t whole_groups = text.size() / 4 - (padding > 0 ? 1 : 0);
  for (std::size_t i = 0; i < whole_groups; ++i, in += 4, to += 3) {
    const std::uint32_t bits = group(in);
    seen |= bits;
    to[0] = static_cast<std::uint8_t>(bits >> 16U);
    to[1] = static_cast<std::uint8_t>(bits >> 8U);
    to[2] = static_cast<std::uint8_t>(bits);
  }
  if (padding > 0) {
    const unsigned char last[4] = {in[0], in[1], padding == 2 ? static_cast<unsigned char>('A') : in[2], 'A'};
    const std::uint32_t bits = group(last);
    // Bits that no byte takes would let two texts mean the same bytes.
    if ((bits & (padding == 2 ? 0xffffU : 0xffU)) != 0) return std::nullopt;
    seen |= bits;
    to[0] = static_cast<std::uint8_t>(bits >> 16U);
    if (padding == 1) to[1] = static_cast<std::uint8_t>(bits >> 8U);
  }
  if ((seen & kBad) != 0) return std::nullopt;
  return out;
}

}  // namespace cutroom::delivery
