// Looks whether a queue's keys are as they should be, Bull's and ours, and mends them on request: each job in
// exactly one place, none without its hash, locks and leases where jobs are active, the store's own counts.
// For queues, too, that no step of this store has seen.
//
// Runs beside workers: it goes in steps that take Redis milliseconds, and what it finds it looks at a second
// time, since a program of Bull's may have been between two commands. Mending is safe then as well, but for
// jobs that other programs wait for in the meantime; better when the queue is quiet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/bull_store.hpp"

namespace cutroom::store_bull {

struct FsckFinding {
  std::string job;   // Empty where the queue is meant.
  std::string what;  // lost, ghost, unlocked, ...: docs/redis.md lists them.
  std::string detail;
  auto operator<=>(const FsckFinding&) const = default;
};

struct FsckOptions {
  bool repair = false;
  Millis between_looks{200};
  // Enough is known of a queue where so many jobs are wrong; a repair goes on from there when it is called
  // again.
  std::size_t findings_max = 10'000;
};

struct FsckReport {
  std::uint64_t jobs = 0;  // Looked at.
  std::vector<FsckFinding> findings;
  bool is_repaired = false;
};

boost::asio::awaitable<Result<FsckReport>> check_queue(std::shared_ptr<redis_client::Redis>, BullOptions,
                                                       std::string queue, FsckOptions);

}  // namespace cutroom::store_bull
