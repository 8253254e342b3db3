// Gives fair places to jobs that Bull's producers pushed into `wait` themselves.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/homes.hpp"

namespace cutroom::store_bull {

// However many messages come, one script at a time runs for a queue, and one more after it.
class Arranger : public std::enable_shared_from_this<Arranger> {
 public:
  // `words` makes the words that each script begins with.
  Arranger(boost::asio::any_io_executor, std::shared_ptr<redis_client::Redis>, std::shared_ptr<Homes>,
           std::function<std::vector<std::string>(const std::string& queue)> words);
  // From any thread.
  void arrange(const std::string& queue);

 private:
  enum class Run : std::uint8_t { once, again };
  boost::asio::awaitable<void> run(std::string queue);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  std::shared_ptr<redis_client::Redis> redis_;
  std::shared_ptr<Homes> homes_;
  std::function<std::vector<std::string>(const std::string&)> words_;
  std::unordered_map<std::string, Run> running_;
};

}  // namespace cutroom::store_bull
