// A block of bytes that is moved, never copied by accident, and not zeroed first: a 12-megapixel picture is
// 48 MB, and clearing it costs as much as filling it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "base/large_memory.hpp"

namespace cutroom {

class Bytes {
 public:
  Bytes() = default;
  // `size` bytes with unspecified content.
  explicit Bytes(std::size_t size) : data_(static_cast<std::uint8_t*>(allocate_large(size))), size_(size) {}
  static Bytes copy_of(std::span<const std::uint8_t> from) {
    Bytes bytes(from.size());
    if (!from.empty()) std::memcpy(bytes.data(), from.data(), from.size());
    return bytes;
  }
  static Bytes copy_of(std::string_view from) {
    return copy_of(std::span(reinterpret_cast<const std::uint8_t*>(from.data()), from.size()));
  }

  std::uint8_t* data() { return data_.get(); }
  const std::uint8_t* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Keeps the first `size` bytes; never grows.
  void truncate(std::size_t size) { size_ = size < size_ ? size : size_; }
  std::uint8_t& operator[](std::size_t i) { return data_[i]; }
  std::uint8_t operator[](std::size_t i) const { return data_[i]; }
  std::span<std::uint8_t> span() { return {data(), size_}; }
  std::span<const std::uint8_t> span() const { return {data(), size_}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data()), size_}; }

 private:
  std::unique_ptr<std::uint8_t[], FreeLarge> data_;
  std::size_t size_ = 0;
};

}  // namespace cutroom
