#include "adapters/limits_memory/memory_rate_limiter.hpp"

#include <algorithm>

namespace cutroom::limits_memory {

using vendors::Charge;
using vendors::Standing;

std::vector<Standing> MemoryRateLimiter::look(const std::vector<Charge>& charges, TimePoint now) {
  std::vector<Standing> standings;
  standings.reserve(charges.size());
  for (const Charge& charge : charges) {
    const auto at = by_name_.find(charge.key);
    standings.push_back(at == by_name_.end() ? vendors::SlidingWindow().peek(charge.limit, now)
                                             : at->second->window.peek(charge.limit, now));
  }
  return standings;
}

boost::asio::awaitable<Result<std::vector<Standing>>> MemoryRateLimiter::peek(std::vector<Charge> charges,
                                                                              TimePoint now) {
  co_return look(charges, now);
}

boost::asio::awaitable<Result<std::vector<Standing>>> MemoryRateLimiter::take(std::vector<Charge> charges,
                                                                              TimePoint now) {
  forget_idle(now);
  std::vector<Standing> standings = look(charges, now);
  if (!std::ranges::all_of(standings, &Standing::allowed)) co_return standings;
  for (std::size_t i = 0; i < charges.size(); ++i)
    if (!charges[i].limit.is_off()) standings[i] = window_of(charges[i].key).take(charges[i].limit, now);
  co_return standings;
}

vendors::SlidingWindow& MemoryRateLimiter::window_of(const std::string& name) {
  const auto at = by_name_.find(name);
  if (at != by_name_.end()) {
    keys_.splice(keys_.begin(), keys_, at->second);
  } else {
    keys_.push_front({.name = name, .window = {}});
    by_name_.emplace(keys_.front().name, keys_.begin());
  }
  return keys_.front().window;
}

// Three at a time: a call adds one key for each limit of a request, two at most, so this shrinks again.
void MemoryRateLimiter::forget_idle(TimePoint now) {
  for (int i = 0; i < 3 && !keys_.empty(); ++i) {
    const Key& last = keys_.back();
    if (keys_.size() <= keys_max_ && last.window.idle_at() > now) return;
    by_name_.erase(last.name);
    keys_.pop_back();
  }
}

}  // namespace cutroom::limits_memory
