// What the sessions of a server share. Lives on the server's executor.
#pragma once

#include <cstddef>
#include <unordered_set>

#include <boost/asio/steady_timer.hpp>

#include "adapters/http/response_head.hpp"
#include "adapters/http/services.hpp"

namespace cutroom::http {

class Session;

struct ServerCore {
  ServerCore(boost::asio::any_io_executor executor, Api a)
      : api(std::move(a)), head(api.options.cors_origins), gone(executor) {
    gone.expires_at(boost::asio::steady_timer::time_point::max());
  }

  const Api api;
  ResponseHead head;
  std::unordered_set<Session*> sessions;  // Each enters and leaves by itself.
  boost::asio::steady_timer gone;         // Cancelled whenever the last session has left.
  std::size_t body_bytes = 0;             // Of all requests being received or worked on.
  bool stopping = false;
};

}  // namespace cutroom::http
