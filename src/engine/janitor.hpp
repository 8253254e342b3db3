// Forgets what has been kept long enough: ended jobs by age and number, assets that nobody asks for any more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "delivery/asset_store.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

struct Retention {
  Millis completed{7 * 86'400'000LL};
  std::uint64_t completed_max = 1'000'000;  // Per queue, as all numbers here.
  Millis failed{30 * 86'400'000LL};
  std::uint64_t failed_max = 100'000;
  Millis assets{0};  // Since their last use; 0: for ever.
};

class Janitor {
 public:
  Janitor(jobs::JobStore& store, delivery::AssetStore& assets, const Clock& clock, Retention retention,
          std::vector<std::string> queues)
      : store_(store), assets_(assets), clock_(clock), retention_(retention), queues_(std::move(queues)) {}

  // A bounded number of jobs of each queue; the rest with the next call.
  boost::asio::awaitable<void> tidy_jobs();
  boost::asio::awaitable<void> tidy_assets();

 private:
  boost::asio::awaitable<void> prune(jobs::PruneRule);

  jobs::JobStore& store_;
  delivery::AssetStore& assets_;
  const Clock& clock_;
  const Retention retention_;
  const std::vector<std::string> queues_;
};

}  // namespace cutroom::engine
