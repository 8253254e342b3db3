#include "imaging/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <vector>

#include "imaging/resample_passes.hpp"
#include "imaging/sample_bilinear.hpp"

namespace cutroom::imaging {
namespace {

// The rows of a picture after the horizontal pass, made when asked for and kept as long as the vertical pass
// can need them: a window that slides down the picture and stays in the cache, whatever the picture's height.
class NarrowedRows {
 public:
  NarrowedRows(const Image& from, const Weights& weights, int rows_kept, const Passes& passes)
      : from_(from),
        weights_(weights),
        passes_(passes),
        kept_((rows_kept + kRowsAtOnce - 1) / kRowsAtOnce * kRowsAtOnce + kRowsAtOnce),
        stride_((weights.spans.size() + 1) * static_cast<std::size_t>(from.bands)),
        window_(stride_ * static_cast<std::size_t>(kept_)) {
    // The last rows have nothing readable behind them: they are read from a copy that has.
    const std::size_t rows_in_slack = (kRowSlack + from.stride() - 1) / from.stride();
    tail_first_ = from.size.height - static_cast<int>(std::min<std::size_t>(rows_in_slack, from.size.height));
    const std::size_t tail_bytes =
        from.samples.size() - from.stride() * static_cast<std::size_t>(tail_first_);
    tail_ = Bytes(tail_bytes + kRowSlack);
    std::memcpy(tail_.data(), from.row(tail_first_), tail_bytes);
    std::memset(tail_.data() + tail_bytes, 0, kRowSlack);
  }

  // Makes the rows up to `last` ready. `first` must not fall from call to call, nor `last - first` reach
  // `rows_kept`.
  void make(int first, int last) {
    if (made_ < first) made_ = first / kRowsAtOnce * kRowsAtOnce;
    while (made_ <= last) {
      RowGroup group;
      for (int i = 0; i < kRowsAtOnce; ++i) {
        group.from[i] = source(std::min(made_ + i, from_.size.height - 1));
        group.to[i] = window_.data() + slot(made_ + i);
      }
      passes_.horizontal(group, from_.bands, weights_);
      made_ += kRowsAtOnce;
    }
  }

  const std::uint8_t* row(int y) const { return window_.data() + slot(y); }

 private:
  std::size_t slot(int y) const { return stride_ * static_cast<std::size_t>(y % kept_); }
  const std::uint8_t* source(int y) const {
    if (y < tail_first_) return from_.row(y);
    return tail_.data() + from_.stride() * static_cast<std::size_t>(y - tail_first_);
  }

  const Image& from_;
  const Weights& weights_;
  const Passes& passes_;
  const int kept_;
  const std::size_t stride_;
  Bytes window_;
  int tail_first_ = 0;
  Bytes tail_;
  int made_ = 0;
};

}  // namespace

Image resample(const Image& from, Size to, Filter filter) {
  assert((from.bands == 1 || from.bands == 3) && from.size.pixels() > 0 && to.width > 0 && to.height > 0);
  const Passes& passes = fastest_passes();
  Image result(to, from.bands);
  if (filter == Filter::bilinear_plain) {
    sample_bilinear(from, result);
    return result;
  }
  const bool same_width = from.size.width == to.width;
  const bool same_height = from.size.height == to.height;
  if (same_width && same_height) {
    std::memcpy(result.samples.data(), from.samples.data(), from.samples.size());
    return result;
  }

  const Weights down = same_height ? Weights{} : make_weights(from.size.height, to.height, filter, 1);
  const Weights across =
      same_width ? Weights{} : make_weights(from.size.width, to.width, filter, kHorizontalMultiple);
  std::optional<NarrowedRows> narrowed;
  if (!same_width) narrowed.emplace(from, across, same_height ? 1 : down.count_max, passes);

  std::vector<const std::uint8_t*> rows(static_cast<std::size_t>(std::max(down.count_max, 1)));
  for (int y = 0; y < to.height; ++y) {
    const auto [first, count] = same_height ? Weights::Span{y, 1} : down.spans[y];
    if (narrowed) narrowed->make(first, first + count - 1);
    for (int k = 0; k < count; ++k) rows[k] = narrowed ? narrowed->row(first + k) : from.row(first + k);
    if (same_height) {
      std::memcpy(result.row(y), rows[0], result.stride());
    } else {
      passes.vertical(rows.data(), down.of(y), count, result.row(y), result.stride());
    }
  }
  return result;
}

}  // namespace cutroom::imaging
