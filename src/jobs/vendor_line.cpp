#include "jobs/vendor_line.hpp"

#include <algorithm>

namespace cutroom::jobs {
namespace {

constexpr double kGap = -1.0;  // No job costs less than nothing.

template <class Places>
auto lower_bound_of(Places& places, std::uint64_t seq) {
  return std::lower_bound(places.begin(), places.end(), seq,
                          [](const auto& place, std::uint64_t wanted) { return place.seq < wanted; });
}

}  // namespace

bool VendorLine::push(OrderedJob job) {
  auto& fresh = ranks_[job.priority].fresh;
  const auto at = fresh.empty() || fresh.back().seq < job.seq ? fresh.end() : lower_bound_of(fresh, job.seq);
  fresh.insert(at, Place{job.seq, job.cost});
  return ++size_ == 1 || front().job.seq == job.seq;
}

bool VendorLine::push_paid(OrderedJob job) {
  ranks_[job.priority].paid.emplace(job.seq, job.cost);
  return ++size_ == 1 || front().job.seq == job.seq;
}

bool VendorLine::paid_first(const Rank& rank) {
  return rank.fresh.empty() || (!rank.paid.empty() && rank.paid.begin()->first < rank.fresh.front().seq);
}

VendorLine::Next VendorLine::front() const {
  const auto& [priority, rank] = *ranks_.begin();
  if (paid_first(rank)) {
    const auto& [seq, cost] = *rank.paid.begin();
    return {.job = {.seq = seq, .priority = priority, .cost = cost}, .paid = true};
  }
  const Place& place = rank.fresh.front();
  return {.job = {.seq = place.seq, .priority = priority, .cost = place.cost}, .paid = false};
}

VendorLine::Next VendorLine::pop() {
  const Next next = front();
  const auto rank = ranks_.begin();
  if (next.paid) {
    rank->second.paid.erase(rank->second.paid.begin());
  } else {
    rank->second.fresh.pop_front();
  }
  shrink(rank);
  return next;
}

bool VendorLine::remove(OrderedJob job) {
  const auto at = ranks_.find(job.priority);
  if (at == ranks_.end()) return false;
  Rank& rank = at->second;
  if (rank.paid.erase(job.seq) == 0) {
    const auto place = lower_bound_of(rank.fresh, job.seq);
    if (place == rank.fresh.end() || place->seq != job.seq || place->cost == kGap) return false;
    // Erasing from the middle would move half the deque.
    place->cost = kGap;
    ++rank.gaps;
  }
  shrink(at);
  return true;
}

void VendorLine::close_gaps(Rank& rank) {
  while (!rank.fresh.empty() && rank.fresh.front().cost == kGap) {
    rank.fresh.pop_front();
    --rank.gaps;
  }
  // One pass over n after n / 2 removals, so that gaps never hold more memory than jobs do.
  if (rank.gaps > rank.fresh.size() / 2) {
    std::erase_if(rank.fresh, [](const Place& place) { return place.cost == kGap; });
    rank.gaps = 0;
  }
}

void VendorLine::shrink(Ranks::iterator at) {
  --size_;
  close_gaps(at->second);
  if (at->second.fresh.empty() && at->second.paid.empty()) ranks_.erase(at);
}

}  // namespace cutroom::jobs
