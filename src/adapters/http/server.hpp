// The HTTP server: listens, accepts, keeps the number of connections bounded, stops in order.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/http/routes.hpp"
#include "adapters/http/server_options.hpp"
#include "adapters/http/services.hpp"
#include "base/error.hpp"

namespace cutroom::http {

class HttpServer {
 public:
  virtual ~HttpServer() = default;

  // Where it listens; another than asked for where that was 0.
  virtual std::uint16_t port() const = 0;
  // Accepts from now on. Once.
  virtual void start() = 0;
  // Refuses new connections, closes those without a request under way, waits for the others up to `grace`,
  // then closes them too. A handler that still waits for something then ends by itself, its answer unsent;
  // run the executor until it has nothing left to do.
  virtual boost::asio::awaitable<void> stop(std::chrono::milliseconds grace) = 0;
};

// Listening when it returns. `executor` is one thread's, or a strand: everything of the server runs there,
// and so must every call. invalid_input: not an address; unavailable: the port is taken or not allowed.
Result<std::unique_ptr<HttpServer>> make_http_server(boost::asio::any_io_executor executor, ServerOptions,
                                                     Services, std::span<const Route> routes = route_table());

}  // namespace cutroom::http
