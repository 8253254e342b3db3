// The waiting jobs of one vendor in the order in which they are served: higher priority first, then by place.
//
// Memory is what counts here: a million jobs may wait. A fresh job costs 16 bytes in a deque (places only
// grow, so it is sorted by itself); jobs that come back to an older place are few and live in a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace cutroom::jobs {

// A job as the order sees it. `seq` grows with every job added to the store, and is its FIFO place.
struct OrderedJob {
  std::uint64_t seq = 0;
  int priority = 0;
  double cost = 1.0;
  bool operator==(const OrderedJob&) const = default;
};

class VendorLine {
 public:
  struct Next {
    OrderedJob job;
    bool paid = false;  // Charged when it was taken before.
  };

  // Whether the job is the one to be served next now.
  bool push(OrderedJob);
  bool push_paid(OrderedJob);
  // Both: only while not empty.
  Next front() const;
  Next pop();
  // False where it isn't here. O(log n), amortised.
  bool remove(OrderedJob);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Place {
    std::uint64_t seq;
    double cost;  // kGap: removed, but still in the deque.
  };
  // The jobs of one priority. Never empty; the first of `fresh` is never a gap.
  struct Rank {
    std::deque<Place> fresh;
    std::size_t gaps = 0;
    std::map<std::uint64_t, double> paid;
  };
  using Ranks = std::map<int, Rank, std::greater<>>;

  static bool paid_first(const Rank&);
  static void close_gaps(Rank&);
  void shrink(Ranks::iterator);

  Ranks ranks_;
  std::size_t size_ = 0;
};

}  // namespace cutroom::jobs
