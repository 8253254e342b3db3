// What an operator can set about fetching, with the defaults of a server that anybody may give addresses to.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/fetch_curl/ip_address.hpp"
#include "base/clock.hpp"

namespace cutroom::fetch_curl {

struct Options {
  std::size_t transfers_max = 16;   // At once; further ones wait.
  std::size_t waiting_max = 1'000;  // Beyond: `unavailable`.
  std::size_t body_bytes_max = 50U << 20U;
  std::size_t header_bytes_max = 64U << 10U;  // Of all headers of one answer together.
  std::size_t url_length_max = 8'192;         // Presigned links of object stores run to 2,000 and more.
  int redirects_max = 5;

  Millis connect_timeout{3'000};  // Looking up the name included.
  Millis total_timeout{15'000};   // All redirects included; time spent waiting for a free transfer is not.
  // Slower than this for that long: given up. libcurl counts in whole seconds.
  std::size_t low_speed_bytes_per_second = 1'024;
  std::chrono::seconds low_speed_time{5};

  std::vector<std::uint16_t> extra_ports;  // Besides 80 and 443.
  std::vector<Cidr> allow;  // Addresses that may be fetched from though not public, on any port.
  // Where not empty: no other hosts. "photos.example.com" is this name alone, "*.example.com" every name
  // below example.com.
  std::vector<std::string> hosts;
  std::string user_agent = "Cutroom";

  // For tests only: what names resolve to, as CURLOPT_RESOLVE entries ("host:port:address,address"). Redirect
  // number n takes list n, later ones the last: a name that changes its address between redirects.
  std::vector<std::vector<std::string>> resolve_for_tests;
};

}  // namespace cutroom::fetch_curl
