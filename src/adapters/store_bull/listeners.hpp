// What the store hears: from other processes of ours, and from Bull's producers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/homes.hpp"
#include "jobs/job.hpp"

namespace cutroom::store_bull {

// Our tokens in Bull's channels begin with it: who sends with another pushed its jobs into `wait` itself, and
// they have no fair place yet.
inline constexpr std::string_view kTokenMark = "cutroom-";

// Shared with the Redis connection's handlers, which may run on another thread than the one where the store
// ends, hence the mutex.
class Listeners : public std::enable_shared_from_this<Listeners> {
 public:
  // `arrange` is called with a queue in which somebody else has put jobs.
  Listeners(boost::asio::any_io_executor, std::shared_ptr<Homes>, std::string prefix, std::string own_token);

  void subscribe(redis_client::Redis&, std::function<void(const std::string& queue)> arrange);
  void on_work(std::function<void(const std::string&)>);
  void on_cancel(std::function<void(const jobs::JobId&)>);
  // Nobody is called any more once this returns, but for what has been posted.
  void close();

  boost::asio::any_io_executor executor() const { return executor_; }
  void tell_work(const std::string& queue);
  void tell_cancelled(const jobs::JobId&);

 private:
  void hear(const std::string& channel);

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<Homes> homes_;
  const std::string prefix_;  // With the colon.
  const std::string own_token_;
  std::mutex mutex_;
  std::function<void(const std::string&)> work_;
  std::function<void(const jobs::JobId&)> cancelled_;
  std::function<void(const std::string&)> arrange_;
};

}  // namespace cutroom::store_bull
