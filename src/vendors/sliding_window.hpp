// One limit's count for one caller: a sliding window with an exact log of times.
//
// In no stretch of time as long as the window pass more requests than the limit says: the 31st within the
// hour is refused whatever the moment. Fixed windows and leaky buckets (GCRA) promise less: both let almost
// twice the limit through within one window (docs/decisions/0007-rate-limits.md).
//
// The log holds the time of each request that passed; refused ones don't count, so that a client in a loop is
// not locked out for longer. Memory is bounded whatever the limit: beyond kEntriesMax requests a window is
// cut into that many slices, and a request counts until the end of its slice. Then a place comes free up to
// window / kEntriesMax later than by the exact time, never earlier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/clock.hpp"
#include "vendors/limits.hpp"

namespace cutroom::vendors {

// How a caller stands with one limit.
struct Standing {
  bool allowed = true;
  std::uint32_t limit = 0;      // 0: off, and then nothing else is meant.
  std::uint32_t remaining = 0;  // Requests that would pass now.
  Millis reset{0};              // Until the next place comes free; 0 where all are free.
  Millis retry_after{0};        // Where not allowed: until a request would pass.
  bool operator==(const Standing&) const = default;
};

class SlidingWindow {
 public:
  static constexpr std::size_t kEntriesMax = 1'024;

  // Whether a request would pass; counts nothing.
  Standing peek(const Limit&, TimePoint now);
  // Counts one where it may pass. A clock that goes back is taken to stand still.
  Standing take(const Limit&, TimePoint now);

  // Where a request that passes at `now` stops counting.
  static TimePoint end_of(const Limit&, TimePoint now);

  // When the last of the log is forgotten; before then it has to be kept.
  TimePoint idle_at() const { return idle_at_; }
  std::size_t entries() const { return log_.size(); }

 private:
  struct Entry {
    TimePoint until;  // Counts before this.
    std::uint32_t count;
  };
  void forget(const Limit&, TimePoint now);
  Standing standing(const Limit&, TimePoint now) const;

  std::deque<Entry> log_;  // By `until`.
  std::uint64_t counted_ = 0;
  Millis window_{0};  // Of the limit by which the log was written.
  TimePoint idle_at_{};
};

}  // namespace cutroom::vendors
