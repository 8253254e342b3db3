// Steps on their way to Redis. While one script runs, those that come meanwhile are gathered and go together
// with the next: what a script does once for a queue it does once for all of them. Where many have gathered
// they go at once, behind the one that runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "base/clock.hpp"

namespace cutroom::store_bull {

// One step as lua/steps.lua takes it.
struct Step {
  // In the order that a batch has them in: what ends makes room first, and claims are served together, last.
  enum class Kind : std::uint8_t { complete, settle, add, accept, extend, progress, claim };
  static constexpr std::size_t kKinds = 7;
  Kind kind = Kind::claim;
  TimePoint now{};
  std::vector<std::string> words{};
};

// Threads: step() may be called on any executor, and resumes there; the mutex guards what waits, since
// callers may be on several threads.
class StepBatches : public std::enable_shared_from_this<StepBatches> {
 public:
  // `prefix` and `token` as each script begins with them.
  StepBatches(boost::asio::any_io_executor, std::shared_ptr<redis_client::Redis>, std::shared_ptr<Homes>,
              std::shared_ptr<ServerClock>, std::string prefix, std::string token);

  // The step's own answer; of a claim the token of the lease, and an array of its words. What was told while
  // a queue's steps were done goes to `on_told`, set once.
  boost::asio::awaitable<Result<redis_client::Reply>> step(std::string queue, Step);
  void on_told(std::function<void(const std::string& queue, const redis_client::Reply& told)>);

 private:
  struct Waiting {
    Step step;
    std::function<void(Result<redis_client::Reply>)> answer;
  };
  struct Line {
    std::array<std::deque<Waiting>, Step::kKinds> waiting;
    std::size_t count = 0;  // That wait.
    std::size_t sent = 0;   // Steps that are under way.
    int running = 0;        // pump()s.
  };

  void enqueue(const std::string& queue, Waiting);
  // Another pump, where none runs or much waits. The mutex is held.
  void start_where_worth(const std::string& queue, Line&);
  boost::asio::awaitable<void> gather() const;
  // Sends what waits, one script after another, until nothing does.
  boost::asio::awaitable<void> pump(std::string queue);
  // For a pump() whose last batch, of so many steps, was answered.
  std::vector<Waiting> next_batch(const std::string& queue, std::size_t answered);
  // All words of the batch's steps, which have none any more. `token`: of the leases of what they claim.
  std::vector<std::string> words_of(const std::string& queue, const std::string& token,
                                    std::vector<Waiting>&) const;

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<redis_client::Redis> redis_;
  const std::shared_ptr<Homes> homes_;
  const std::shared_ptr<ServerClock> clock_;
  const std::string prefix_;
  const std::string token_;
  std::function<void(const std::string&, const redis_client::Reply&)> on_told_;
  std::mutex mutex_;
  std::unordered_map<std::string, Line> lines_;
};

}  // namespace cutroom::store_bull
