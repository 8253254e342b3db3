// A worker on the store as the engine's is, but for what its jobs are: their data says how they end.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "adapters/store_bull/bull_store.hpp"
#include "driver_options.hpp"

namespace cutroom::bull_test {

// A job's data may hold: "fail": n, its first n attempts fail; "result": what it gives; "ms": how long it
// takes.
class Work {
 public:
  using Tell = std::function<void(boost::json::object)>;
  Work(boost::asio::io_context&, store_bull::BullStore&, const DriverOptions&, Tell);

  void start();

 private:
  using Timer = boost::asio::steady_timer;

  boost::asio::awaitable<void> slot(std::string queue);
  boost::asio::awaitable<void> one_job(std::string queue, jobs::LeasedJob);
  boost::asio::awaitable<void> keep_lease(jobs::Lease, std::shared_ptr<Timer> until_done);
  boost::asio::awaitable<void> recover();
  boost::asio::awaitable<void> wait(Millis);

  boost::asio::io_context& io_;
  store_bull::BullStore& store_;
  const DriverOptions& options_;
  Tell tell_;
  struct Idle {
    std::uint64_t calls = 0;  // Of on_work: one that comes while a claim is under way must not be missed.
    std::list<Timer> timers;  // One per slot.
  };
  std::map<std::string, Idle> idle_;
};

}  // namespace cutroom::bull_test
