// Everything that `cutroom serve`, `cutroom api` and `cutroom worker` consist of, built in order and
// destroyed in reverse. Here (wire/) and in stores.cpp all adapters are known, and nowhere else.
#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "app/settings.hpp"
#include "base/error.hpp"

namespace cutroom::app {

enum class Role : std::uint8_t {
  serve,   // API and workers.
  api,     // The API alone; the work is done by others.
  worker,  // The workers alone.
};

class Server {
 public:
  virtual ~Server() = default;

  // Takes back the leases of processes that died, then listens; the model loads meanwhile, and the workers
  // begin when it is there. Errors: the port is taken, the store can't be read.
  virtual boost::asio::awaitable<Result<void>> start() = 0;
  // In order: refuse new work, stop claiming, let running jobs end within the grace time, give the other
  // leases back, answer the last requests, close.
  virtual boost::asio::awaitable<void> stop() = 0;

  virtual std::uint16_t port() const = 0;  // 0: it doesn't listen.
};

// Opens the data folder or connects to Redis, and checks that the model is there; nothing runs yet. All of it
// lives on `io`'s one thread.
Result<std::unique_ptr<Server>> make_server(boost::asio::io_context& io, const Settings&, Role);

}  // namespace cutroom::app
