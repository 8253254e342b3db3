// Every job that some key of a queue knows, wherever it stands: for who looks whether they are as they should
// be.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"

namespace cutroom::store_bull {

class QueueJobs {
 public:
  using Take = std::function<boost::asio::awaitable<Result<void>>(std::string id)>;
  using Enough = std::function<bool()>;

  // `queue` as the store calls it; `homes` must outlive this.
  QueueJobs(std::shared_ptr<redis_client::Redis>, const BullOptions&, Homes& homes, std::string queue);

  // A job comes once for each place where it stands. Where it is `enough` each place is still begun.
  boost::asio::awaitable<Result<void>> each(Take, Enough);
  // Those who have jobs or counts there; known after each().
  const std::set<std::string>& vendors() const { return vendors_; }

 private:
  boost::asio::awaitable<Result<void>> learn_names();
  // The id of the job to which a key belongs; empty for other keys.
  std::string id_of(std::string_view key) const;
  boost::asio::awaitable<Result<void>> go_through_keys();
  boost::asio::awaitable<Result<void>> go_through(std::string command, std::string key);
  // A list, or a zset (lua/3_line.lua).
  boost::asio::awaitable<Result<void>> go_through_line(std::string line);
  // Of ids, or of ids with a number before each.
  boost::asio::awaitable<Result<void>> go_through_list(std::string list);

  const std::shared_ptr<redis_client::Redis> redis_;
  const BullOptions options_;
  Homes& homes_;
  const std::string queue_, base_, own_;
  Take take_;
  Enough enough_;
  std::vector<std::string> inner_queues_;  // Of queues whose names begin with this one's and a colon.
  std::set<std::string> vendors_;
};

}  // namespace cutroom::store_bull
