#include "adapters/model_onnx/onnx_wire.hpp"

namespace cutroom::model_onnx {
namespace {

// A block's size, written before it is known: always five bytes, which is enough for 32 GiB. Readers take a
// number with leading zeros (here: trailing groups of 0 bits) as the same number.
constexpr std::size_t kSizeBytes = 5;

}  // namespace

std::optional<std::uint64_t> read_varint(View& rest) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 10 && i < rest.size(); ++i) {
    value |= static_cast<std::uint64_t>(rest[i] & 0x7FU) << (7 * i);
    if ((rest[i] & 0x80U) == 0) {
      rest = rest.subspan(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<WireField> WireReader::next() {
  if (rest_.empty() || broken_) return std::nullopt;
  broken_ = true;  // Until it is read to its end.
  const View start = rest_;
  const auto tag = read_varint(rest_);
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > 0x1FFF'FFFF) return std::nullopt;
  WireField field{.number = static_cast<std::uint32_t>(*tag >> 3),
                  .type = static_cast<std::uint32_t>(*tag & 7)};
  std::uint64_t size = 0;
  switch (field.type) {
    case kNumber: {
      const auto value = read_varint(rest_);
      if (!value) return std::nullopt;
      field.value = *value;
      break;
    }
    case kBlock: {
      const auto block = read_varint(rest_);
      if (!block) return std::nullopt;
      size = *block;
      break;
    }
    case 1:
      size = 8;
      break;
    case 5:
      size = 4;
      break;
    default:
      return std::nullopt;  // Groups, long out of use.
  }
  if (size > rest_.size()) return std::nullopt;
  if (field.type == kBlock) field.block = rest_.first(size);
  rest_ = rest_.subspan(size);
  field.whole = start.first(start.size() - rest_.size());
  broken_ = false;
  return field;
}

void WireWriter::varint(std::uint64_t value) {
  for (; value > 0x7F; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80U));
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void WireWriter::number(std::uint32_t field, std::uint64_t value) {
  varint(static_cast<std::uint64_t>(field) << 3 | kNumber);
  varint(value);
}

void WireWriter::block(std::uint32_t field, View content) {
  varint(static_cast<std::uint64_t>(field) << 3 | kBlock);
  varint(content.size());
  raw(content);
}

void WireWriter::text(std::uint32_t field, std::string_view content) {
  block(field, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
}

std::size_t WireWriter::begin(std::uint32_t field) {
  varint(static_cast<std::uint64_t>(field) << 3 | kBlock);
  bytes_.resize(bytes_.size() + kSizeBytes);
  return bytes_.size();
}

void WireWriter::end(std::size_t begun) {
  std::uint64_t size = bytes_.size() - begun;
  for (std::size_t i = 0; i < kSizeBytes; ++i, size >>= 7) {
    const auto more = static_cast<std::uint8_t>(i + 1 < kSizeBytes ? 0x80U : 0U);
    bytes_[begun - kSizeBytes + i] = static_cast<std::uint8_t>((size & 0x7FU) | more);
  }
}

std::span<std::uint8_t> WireWriter::room(std::size_t size) {
  bytes_.resize(bytes_.size() + size);
  return std::span(bytes_).last(size);
}

}  // namespace cutroom::model_onnx
