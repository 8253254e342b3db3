// Whether what Redis has answered outlives the end of its machine.
//
// On a connection of its own: WAIT and WAITAOF hold up all that comes behind them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/homes.hpp"

namespace cutroom::store_bull {

// How long it may take until a disk or a second server has what was written. A synchronisation of the file
// once in a second is done within two.
inline constexpr Millis kDurableMax{3'000};

class Durability : public std::enable_shared_from_this<Durability> {
 public:
  using Connect = std::function<std::shared_ptr<redis_client::Redis>()>;
  // `connect` makes the second connection, when it is first needed.
  Durability(boost::asio::any_io_executor, std::shared_ptr<redis_client::Redis>, std::shared_ptr<Homes>,
             Connect connect);

  // The life of the server that has the queue: another after a restart or a failover. invalid_input: it can't
  // say that something is safe.
  boost::asio::awaitable<Result<std::string>> check(std::string queue);
  // Returns once all that was written to the queue in that life is on the server's disk (its append-only
  // file, synchronised) or at a replica. unavailable: nobody said so in time, or its life is over.
  boost::asio::awaitable<Result<void>> wait(std::string queue, std::string life);

 private:
  enum class Witness : std::uint8_t { disk, replica };
  struct Server {
    Witness witness = Witness::disk;
    std::string life;
  };
  struct Waiter {
    std::string life;
    std::function<void(Result<void>)> answer;
  };
  struct Line {
    std::vector<Waiter> waiting;  // They go together with the next question.
    bool is_asking = false;
  };
  boost::asio::awaitable<Result<Server>> server_of(std::string queue);
  // The life in which all is safe now.
  boost::asio::awaitable<Result<std::string>> ask(std::string queue);
  boost::asio::awaitable<void> run(std::string queue);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  std::shared_ptr<redis_client::Redis> redis_;
  std::shared_ptr<Homes> homes_;
  Connect connect_;
  std::shared_ptr<redis_client::Redis> second_;
  std::map<std::string, Line> lines_;  // By queue.
};

}  // namespace cutroom::store_bull
