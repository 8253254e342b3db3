// What the server can be told. Every number is a bound: nothing a client sends grows past one of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cutroom::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  // An IP address, not a name.
  std::uint16_t port = 3001;          // 0: any free one, see HttpServer::port().

  // Beyond: 503 and closed. Room for all listeners of events (engine/event_hub.hpp) and some.
  std::size_t connections_max = 12'000;
  std::size_t header_bytes_max = 16U << 10U;
  std::size_t json_bytes_max = 32U << 20U;   // Body of a JSON request; a bulk call may carry data: URIs.
  std::size_t photo_bytes_max = 50U << 20U;  // One uploaded photo.
  std::size_t body_bytes_in_flight_max = 512U << 20U;  // All bodies being received or worked on; beyond: 503.

  std::chrono::milliseconds idle_max{60'000};    // Between two requests of a connection.
  std::chrono::milliseconds header_max{10'000};  // From a header's first byte to its last.
  // A body, or an answer, may take this long plus the time its bytes need at the slowest speed that is
  // accepted.
  std::chrono::milliseconds transfer_grace{30'000};
  std::size_t transfer_bytes_per_second_min = 16U << 10U;

  // Web pages of which origins may call: "*" is all, none is no CORS headers at all.
  std::vector<std::string> cors_origins{"*"};

  // Addresses and networks of proxies whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies{};

  std::string name = "Cutroom";
  std::string version = "0.0.0";
};

}  // namespace cutroom::http
