// Where the keys of each queue lie.
//
// On one server, or under one hash tag, all queues are side by side, and one step may touch several. Spread
// over the nodes of a cluster each queue has a tag of its own, {background-removal}, and all that a step of
// it needs lies under that tag (docs/decisions/0011). The names of the queues and the vendors' shares are
// then under a further tag, {<prefix>}, for who looks for them.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "base/error.hpp"
#include "jobs/fair_order.hpp"

namespace cutroom::store_bull {

struct BullOptions;

// Threads: for callers on any; the mutex guards what is known of the queues.
class Homes {
 public:
  // Spread, numbers of jobs are so far apart, each queue with a rest of its own: so no two are the same.
  static constexpr std::size_t kQueuesMax = 16;

  Homes(std::shared_ptr<redis_client::Redis>, const BullOptions&);

  bool are_spread() const { return spread_; }
  // The queue's name in Bull's keys, and back.
  std::string name_of(std::string_view queue) const;
  std::string queue_of(std::string_view name) const;
  // What Bull's keys of the queue begin with, and ours that are not of one queue alone where all are side by
  // side.
  std::string base_of(std::string_view queue) const;
  std::string root_of(std::string_view queue) const;
  std::vector<std::string> keys(std::string_view queue) const { return {base_of(queue), root_of(queue)}; }
  // ARGV[4] of every script (lua/1_words.lua).
  std::string numbering_of(const std::string& queue) const;
  // A job's number: those that come after get higher ones, in whatever queue.
  void saw(std::string_view id);

  // Before the first step in a queue. storage_failed: there are too many.
  boost::asio::awaitable<Result<void>> open(std::string queue);
  // Every queue that any process has opened.
  boost::asio::awaitable<Result<std::vector<std::string>>> all();
  // Whether anybody has.
  boost::asio::awaitable<Result<bool>> knows(std::string queue);
  // Those known so far; first the one whose number it seems to be.
  std::vector<std::string> likely_for(std::string_view id) const;
  // For queues that are opened later. To be called before all().
  boost::asio::awaitable<Result<void>> keep_share(std::string vendor, std::vector<std::string> words);

 private:
  std::string registry() const { return "cutroom:{" + prefix_ + "}:queues"; }
  std::string shares() const { return "cutroom:{" + prefix_ + "}:shares"; }
  boost::asio::awaitable<Result<void>> take_place(std::string queue);
  boost::asio::awaitable<Result<void>> copy_shares(std::string queue);

  const std::shared_ptr<redis_client::Redis> redis_;
  const std::string prefix_;
  const std::string window_;
  const bool spread_;
  std::atomic<std::uint64_t> numbered_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> places_;  // By queue.
  std::set<std::string> open_;
};

}  // namespace cutroom::store_bull
