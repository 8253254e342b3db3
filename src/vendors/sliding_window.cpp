#include "vendors/sliding_window.hpp"

#include <algorithm>

namespace cutroom::vendors {

TimePoint SlidingWindow::end_of(const Limit& limit, TimePoint now) {
  const TimePoint exact = now + limit.window;
  if (limit.requests <= kEntriesMax) return exact;
  const Millis slice = limit.window / static_cast<int>(kEntriesMax) + Millis{1};
  const Millis past = exact.time_since_epoch() % slice;
  return past == Millis{0} ? exact : exact + (slice - past);
}

void SlidingWindow::forget(const Limit& limit, TimePoint now) {
  // The limit was changed: what has passed counts on as if it had been written by the new one.
  if (window_ != limit.window) {
    for (Entry& entry : log_) entry.until += limit.window - window_;
    if (!log_.empty()) idle_at_ = log_.back().until;
    window_ = limit.window;
  }
  while (!log_.empty() && log_.front().until <= now) {
    counted_ -= log_.front().count;
    log_.pop_front();
  }
}

Standing SlidingWindow::standing(const Limit& limit, TimePoint now) const {
  Standing standing{.limit = limit.requests};
  standing.allowed = counted_ < limit.requests;
  if (standing.allowed) standing.remaining = static_cast<std::uint32_t>(limit.requests - counted_);
  if (!log_.empty()) standing.reset = log_.front().until - now;
  if (standing.allowed) return standing;
  // More than one must go where the limit was lowered meanwhile.
  std::uint64_t too_many = counted_ - limit.requests + 1;
  for (const Entry& entry : log_) {
    standing.retry_after = entry.until - now;
    if (entry.count >= too_many) break;
    too_many -= entry.count;
  }
  return standing;
}

Standing SlidingWindow::peek(const Limit& limit, TimePoint now) {
  if (limit.is_off()) return {};
  forget(limit, now);
  return standing(limit, now);
}

Standing SlidingWindow::take(const Limit& limit, TimePoint now) {
  if (limit.is_off()) return {};
  forget(limit, now);
  Standing before = standing(limit, now);
  if (!before.allowed) return before;
  TimePoint until = end_of(limit, now);
  if (!log_.empty()) until = std::max(until, log_.back().until);
  if (!log_.empty() && log_.back().until == until)
    ++log_.back().count;
  else
    log_.push_back({until, 1});
  ++counted_;
  idle_at_ = until;
  Standing after = standing(limit, now);
  after.allowed = true;  // This one passed, though the next may not.
  after.retry_after = Millis{0};
  return after;
}

}  // namespace cutroom::vendors
