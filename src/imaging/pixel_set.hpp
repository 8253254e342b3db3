// Some pixels of a picture, numbered row by row: one bit a pixel, and a count per word, so that a pixel's
// number is found in constant time and edges of a 12-megapixel picture take 2 MB instead of an index of 48.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "imaging/image.hpp"

namespace cutroom::imaging {

class PixelSet {
 public:
  using Word = std::uint64_t;  // Bit b of word w is the pixel in column 64 * w + b.

  explicit PixelSet(Size size)
      : size_(size),
        words_per_row_((static_cast<std::size_t>(size.width) + 63) / 64),
        words_(words_per_row_ * static_cast<std::size_t>(size.height)) {}

  Size size() const { return size_; }
  // Bits beyond the width have to stay 0.
  std::span<Word> row(int y) { return std::span(words_).subspan(start(y), words_per_row_); }
  std::span<const Word> row(int y) const { return std::span(words_).subspan(start(y), words_per_row_); }

  // Numbers the pixels: call after the last change and before the functions below.
  void number() {
    before_.resize(words_.size());
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      before_[i] = count;
      if (words_[i] != 0) count += static_cast<std::uint32_t>(std::popcount(words_[i]));
    }
    count_ = count;
  }
  std::size_t count() const { return count_; }
  bool contains(int x, int y) const { return ((words_[word(x, y)] >> (x & 63)) & 1U) != 0; }
  // Of a pixel that is contained; of another, that of the next one which is.
  std::size_t number_of(int x, int y) const {
    const std::size_t at = word(x, y);
    const Word left_of_it = words_[at] & ((Word{1} << (x & 63)) - 1);
    return before_[at] + static_cast<std::size_t>(std::popcount(left_of_it));
  }

  // fn(y, first column, length) for every horizontal run, row by row.
  template <class Fn>
  void for_each_run(Fn fn) const {
    for (int y = 0; y < size_.height; ++y) {
      const auto words = row(y);
      int begin = -1;
      for (std::size_t i = 0; i < words.size(); ++i) {
        const int base = static_cast<int>(i * 64);
        Word rest = words[i];
        if (begin < 0 && rest == 0) continue;
        int bit = 0;
        while (bit < 64) {
          if (begin < 0) {
            if (rest == 0) break;
            bit = std::countr_zero(rest);
            begin = base + bit;
          }
          // The run ends at the first 0 from here on, if this word has one.
          const Word zeros = ~words[i] & (~Word{0} << bit);
          if (zeros == 0) break;
          bit = std::countr_zero(zeros);
          fn(y, begin, base + bit - begin);
          begin = -1;
          rest = words[i] & (~Word{0} << bit);
        }
      }
      if (begin >= 0) fn(y, begin, size_.width - begin);
    }
  }

 private:
  std::size_t start(int y) const { return words_per_row_ * static_cast<std::size_t>(y); }
  std::size_t word(int x, int y) const { return start(y) + static_cast<std::size_t>(x) / 64; }

  Size size_;
  std::size_t words_per_row_;
  std::vector<Word> words_;
  std::vector<std::uint32_t> before_;
  std::size_t count_ = 0;
};

// `set` and the four neighbours of each of its pixels.
PixelSet with_neighbours(const PixelSet& set);

}  // namespace cutroom::imaging
