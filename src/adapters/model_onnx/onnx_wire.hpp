// The protocol-buffer encoding, as far as rewriting ONNX files needs it: a message is read field by field
// without being understood as a whole, and written again with some fields changed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cutroom::model_onnx {

using View = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

struct WireField {
  std::uint32_t number = 0;
  std::uint32_t type = 0;   // 0 a number, 1 eight bytes, 2 a block, 5 four bytes.
  std::uint64_t value = 0;  // Of type 0.
  View block;               // Of type 2.
  View whole;               // With its tag, to be copied as it is.
};
inline constexpr std::uint32_t kNumber = 0;
inline constexpr std::uint32_t kBlock = 2;

inline std::string_view as_text(View view) {
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

// A number of variable length from the front of `rest`, which moves behind it. nullopt: there is none.
std::optional<std::uint64_t> read_varint(View& rest);

class WireReader {
 public:
  explicit WireReader(View message) : rest_(message) {}

  // nullopt: the end, or something that is not this encoding; then broken() is true.
  std::optional<WireField> next();
  bool broken() const { return broken_; }

 private:
  View rest_;
  bool broken_ = false;
};

class WireWriter {
 public:
  explicit WireWriter(std::size_t expected) { bytes_.reserve(expected); }

  void raw(View bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void number(std::uint32_t field, std::uint64_t value);
  void block(std::uint32_t field, View content);
  void text(std::uint32_t field, std::string_view content);

  // A block whose size is known only after its content is written: begin() ... end(what begin() gave). Blocks
  // nest.
  std::size_t begin(std::uint32_t field);
  void end(std::size_t begun);

  // `size` bytes to be filled by the caller before the next call. Part of a block.
  std::span<std::uint8_t> room(std::size_t size);

  Buffer take() { return std::move(bytes_); }

 private:
  void varint(std::uint64_t value);

  Buffer bytes_;
};

}  // namespace cutroom::model_onnx
