// Asks a server one thing, over a link that is made for it.
//
// Belongs to one executor.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/link.hpp"
#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {

class Asker {
 public:
  Asker(boost::asio::any_io_executor, const Options&, std::shared_ptr<TlsSetup>, std::vector<Words> greeting);

  // Takes connect_timeout at most.
  boost::asio::awaitable<Result<Reply>> ask(Endpoint, Words question);
  // What is under way fails.
  void stop();

 private:
  boost::asio::any_io_executor executor_;
  Link::Settings settings_;
  std::vector<std::weak_ptr<Link>> links_;
  bool stopped_ = false;
};

}  // namespace cutroom::redis_client
