// Where a process keeps what outlives it: in its data folder, or in the Redis that it shares with others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/redis_client/options.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "delivery/record_store.hpp"
#include "engine/event_hub.hpp"
#include "engine/worker_registry.hpp"
#include "jobs/job_store.hpp"
#include "vendors/rate_limiter.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::app {

// Whether Redis is configured (redis.url or redis.host).
bool is_shared(const Settings&);
// Where it is. invalid_input (redis.url).
Result<redis_client::Options> redis_options(const Settings&);
// How jobs lie there: in a cluster each queue for itself, unless the prefix has a hash tag for all.
store_bull::BullOptions bull_options(const Settings&, const redis_client::Options&);

class Stores {
 public:
  virtual ~Stores() = default;

  virtual jobs::JobStore& jobs() = 0;
  virtual delivery::RecordStore& records() = 0;
  virtual vendors::VendorStore& vendors() = 0;
  virtual vendors::RateLimiter& limiter() = 0;
  // nullptr: this process is alone.
  virtual engine::WorkerRegistry* workers() = 0;

  // This process takes jobs of these queues: Bull's tools show it among their workers.
  virtual void show_worker(const std::vector<std::string>& queues) = 0;

  // The hub's events go to the whole fleet from now on, where there is one; and with `listen` those of the
  // whole fleet arrive in it.
  virtual void share_events(engine::EventHub&, bool listen) = 0;
  // Returns when the events of before are there, or Redis takes its time.
  virtual boost::asio::awaitable<void> wait_for_events() = 0;
  // After the last step: what is still to be told is told.
  virtual boost::asio::awaitable<void> close() = 0;
};

// Opens or connects. All of it lives on `io`'s one thread. storage_failed, invalid_input (redis.url).
Result<std::unique_ptr<Stores>> open_stores(boost::asio::io_context&, const Settings&);

}  // namespace cutroom::app
