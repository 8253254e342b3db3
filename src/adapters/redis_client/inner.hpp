// The Redis client behind its face.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>

#include <boost/asio/steady_timer.hpp>

#include "adapters/redis_client/cluster.hpp"
#include "adapters/redis_client/connection.hpp"
#include "adapters/redis_client/redis.hpp"
#include "adapters/redis_client/sentinel.hpp"
#include "adapters/redis_client/subscriber.hpp"

namespace cutroom::redis_client {

// All functions but is_connected() and is_cluster() are called on the executor.
class Redis::Inner : public std::enable_shared_from_this<Redis::Inner> {
 public:
  Inner(boost::asio::any_io_executor, Options);

  void start();
  void stop();

  // As many answers as commands; both must live until it is done.
  boost::asio::awaitable<void> exchange(std::span<const Words> commands, std::span<Result<Reply>> answers);

  // Null after stop().
  Subscriber* subscriber() { return stopped_ ? nullptr : subscriber_.get(); }
  void add_listener(std::function<void(bool)>);
  bool is_cluster() const { return options_.cluster; }
  bool is_connected() const { return connected_.load(std::memory_order_relaxed); }

  // Does the server take FCALL, as far as is known?
  bool has_functions() const { return has_functions_ && !options_.cluster; }
  void forgo_functions() { has_functions_ = false; }

  const boost::asio::any_io_executor& executor() const { return executor_; }
  // Is the calling thread the executor's at this moment? A false no only costs a hop.
  bool is_here() const;

 private:
  void begin();
  void make_commands();
  void make_cluster();
  std::function<boost::asio::awaitable<Result<Endpoint>>()> locator();
  std::function<Result<void>(const std::vector<Reply>&)> role_check();
  Result<void> check_role(const Reply& role);
  std::vector<Words> greeting() const;
  void commands_up();
  void commands_down();
  void look_at_cluster();
  void tell(bool up);
  void find_the_master();

  boost::asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<TlsSetup> tls_;
  std::shared_ptr<Sentinel> sentinel_;  // Null where the servers have none.
  // One of the two.
  std::shared_ptr<Connection> commands_;
  std::shared_ptr<Cluster> cluster_;
  std::shared_ptr<Subscriber> subscriber_;
  std::list<std::function<void(bool)>> listeners_;  // They may add others while they are called.
  std::optional<boost::asio::steady_timer> first_wait_;
  std::chrono::steady_clock::time_point next_search_{};
  bool starting_ = true;
  bool stopped_ = false;
  bool up_ = false;
  bool has_functions_ = true;  // Asked anew by each connection: the next server may be another version.
  bool whole_ = false;         // Of a cluster: every slot has its connection.
  std::atomic<bool> connected_ = false;
};

}  // namespace cutroom::redis_client
