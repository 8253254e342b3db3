// Everything that `cutroom serve` consists of, built in order and destroyed in reverse. wire.cpp is the only
// file that knows all adapters.
#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "app/settings.hpp"
#include "base/error.hpp"

namespace cutroom::app {

class EmbeddedServer {
 public:
  virtual ~EmbeddedServer() = default;

  // Takes back the leases of a process that died, then listens; the model loads meanwhile, and the workers
  // begin when it is there. Errors: the port is taken, the store can't be read.
  virtual boost::asio::awaitable<Result<void>> start() = 0;
  // In order: refuse new work, stop claiming, let running jobs end within the grace time, give the other
  // leases back, answer the last requests, close.
  virtual boost::asio::awaitable<void> stop() = 0;

  virtual std::uint16_t port() const = 0;
};

// Opens the data folder and checks that the model is there; nothing runs yet. All of it lives on `io`'s one
// thread.
Result<std::unique_ptr<EmbeddedServer>> make_embedded_server(boost::asio::io_context& io, const Settings&);

}  // namespace cutroom::app
