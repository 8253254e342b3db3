// Collects a body whose length nobody vouches for.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"

namespace cutroom::fetch_curl {

class BodyBuffer {
 public:
  explicit BodyBuffer(std::size_t bytes_max) : max_(bytes_max) {}

  // A promise of the server's: saves growing where it is kept. Memory that is never written costs nothing, so
  // a lie is cheap.
  void expect(std::size_t bytes) { reserve(std::min(bytes, max_)); }

  // False when this would be more than bytes_max; nothing is kept of it then.
  bool append(const char* from, std::size_t n) {
    if (n > max_ - size_) return false;
    if (size_ + n > bytes_.size())
      reserve(std::min(max_, std::max({size_ + n, bytes_.size() * 2, kFirstBytes})));
    std::memcpy(bytes_.data() + size_, from, n);
    size_ += n;
    return true;
  }

  std::size_t size() const { return size_; }
  std::span<const std::uint8_t> span() const { return {bytes_.data(), size_}; }
  Bytes take() {
    bytes_.truncate(size_);
    size_ = 0;
    return std::exchange(bytes_, Bytes());
  }
  void clear() { take(); }

 private:
  static constexpr std::size_t kFirstBytes = 64U << 10U;

  void reserve(std::size_t capacity) {
    if (capacity <= bytes_.size()) return;
    Bytes larger(capacity);
    if (size_ > 0) std::memcpy(larger.data(), bytes_.data(), size_);
    bytes_ = std::move(larger);
  }

  std::size_t max_;
  std::size_t size_ = 0;
  Bytes bytes_;  // Its size is the room there is.
};

}  // namespace cutroom::fetch_curl
