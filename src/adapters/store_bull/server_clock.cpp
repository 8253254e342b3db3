#include "adapters/store_bull/server_clock.hpp"

#include <cstdlib>

#include "adapters/store_bull/scripts.hpp"
#include "base/log.hpp"

namespace cutroom::store_bull {
namespace {

// A clock that is set by NTP goes wrong by less than a millisecond meanwhile; one that somebody sets by hand
// is noticed within this time.
constexpr std::chrono::seconds kBetweenLooks{15};
constexpr std::chrono::seconds kAfterFailure{1};
// Half of it is how wrong the answer may be.
constexpr Millis kRoundTripMax{200};
// Less is what clocks on a network differ by anyway; not worth a time that jumps.
constexpr Millis kIgnored{100};
// Worth a word in the log.
constexpr Millis kRemarkable{1'000};

}  // namespace

bool ServerClock::is_old() const {
  return is_followed_ &&
         Steady::now().time_since_epoch().count() >= next_look_.load(std::memory_order_relaxed);
}

boost::asio::awaitable<void> ServerClock::look() {
  if (!is_old()) co_return;
  // Others that come meanwhile go on with what is known; but the first answer is worth waiting for.
  if (next_look_ != 0) next_look_ = (Steady::now() + kBetweenLooks).time_since_epoch().count();
  const SystemClock here;
  const TimePoint before = here.now();
  const auto asked_at = Steady::now();
  std::vector<std::string> keys{key_};
  const auto answer = co_await redis_->run(scripts().time, std::move(keys), {});
  const auto took = std::chrono::duration_cast<Millis>(Steady::now() - asked_at);
  if (!answer || took > kRoundTripMax) {
    next_look_ = (Steady::now() + kAfterFailure).time_since_epoch().count();
    co_return;
  }
  const auto& parts = answer->array();
  const Millis there{parts.at(0).integer() * 1'000 + parts.at(1).integer() / 1'000};
  const Millis ahead = there - (before.time_since_epoch() + took / 2);
  const Millis counts = std::abs(ahead.count()) > kIgnored.count() ? ahead : Millis{0};
  const Millis was{ahead_.exchange(counts.count())};
  if (std::abs((counts - was).count()) > kRemarkable.count())
    log::warn("this machine's clock is {} ms {} that of Redis, which counts", std::abs(ahead.count()),
              ahead.count() > 0 ? "behind" : "ahead of");
  next_look_ = (Steady::now() + kBetweenLooks).time_since_epoch().count();
}

}  // namespace cutroom::store_bull
