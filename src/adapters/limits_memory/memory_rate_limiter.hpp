// The rate limiter of a single process: counts in memory, begun anew with each start.
//
// Memory is bounded: a key whose window has run empty is dropped when newer ones come, and beyond `keys_max`
// the one that was asked for longest ago is forgotten, whose requests then count for nothing. With the
// largest log a window keeps (SlidingWindow::kEntriesMax) a key takes 17 KB; with the default limits of
// submissions about 1 KB.
//
// Threads: one at a time.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vendors/rate_limiter.hpp"

namespace cutroom::limits_memory {

class MemoryRateLimiter final : public vendors::RateLimiter {
 public:
  explicit MemoryRateLimiter(std::size_t keys_max = 50'000) : keys_max_(keys_max) {}

  boost::asio::awaitable<Result<std::vector<vendors::Standing>>> take(std::vector<vendors::Charge>,
                                                                      TimePoint now) override;
  boost::asio::awaitable<Result<std::vector<vendors::Standing>>> peek(std::vector<vendors::Charge>,
                                                                      TimePoint now) override;

  std::size_t keys() const { return keys_.size(); }

 private:
  struct Key {
    std::string name;
    vendors::SlidingWindow window;
  };
  using Keys = std::list<Key>;

  std::vector<vendors::Standing> look(const std::vector<vendors::Charge>&, TimePoint now);
  vendors::SlidingWindow& window_of(const std::string& name);
  void forget_idle(TimePoint now);

  const std::size_t keys_max_;
  Keys keys_;                                                     // The one asked for last is first.
  std::unordered_map<std::string_view, Keys::iterator> by_name_;  // Names lie in keys_.
};

}  // namespace cutroom::limits_memory
