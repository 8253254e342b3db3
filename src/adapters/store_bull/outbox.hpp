// Where queues are spread: brings jobs to the queues that they are for, from the queues whose steps made
// them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "adapters/store_bull/step_batches.hpp"

namespace cutroom::store_bull {

// Each job is accepted under a name of its own, once, and only then forgotten where it was: so it arrives
// whoever dies in between, and once, however many processes bring it.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  Outbox(boost::asio::any_io_executor, std::shared_ptr<redis_client::Redis>, std::shared_ptr<Homes>,
         std::shared_ptr<StepBatches>, std::shared_ptr<ServerClock>,
         std::function<std::vector<std::string>(const std::string& queue)> words);
  // Brings away what a queue's steps have left. From any thread; once at a time, and once more after it.
  void empty(const std::string& queue);

 private:
  enum class Run : std::uint8_t { once, again };
  boost::asio::awaitable<void> run(std::string queue);
  // Whether some may be left.
  boost::asio::awaitable<Result<bool>> bring_some(std::string queue);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  std::shared_ptr<redis_client::Redis> redis_;
  std::shared_ptr<Homes> homes_;
  std::shared_ptr<StepBatches> batches_;
  std::shared_ptr<ServerClock> clock_;
  std::function<std::vector<std::string>(const std::string&)> words_;
  std::unordered_map<std::string, Run> running_;
};

}  // namespace cutroom::store_bull
