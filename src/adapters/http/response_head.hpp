// The head of an answer as it goes over the wire: what every answer has, around what the handler gave.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/response.hpp"

namespace cutroom::http {

struct HeadFacts {
  bool keep_alive = true;
  bool http_1_0 = false;
  // Body bytes that follow, or would for anything but HEAD; nullopt: not known before.
  std::optional<std::uint64_t> length;
  std::string_view origin;  // The request's.
};

class ResponseHead {
 public:
  explicit ResponseHead(std::vector<std::string> cors_origins);
  // Appends to `out`, up to and with the empty line. Lives on one thread: keeps the present second's Date.
  void write(std::string& out, const Response&, const HeadFacts&);

 private:
  void write_cors(std::string& out, std::string_view origin) const;
  const std::string& date_line();

  std::vector<std::string> cors_origins_;
  bool any_origin_;
  std::time_t date_of_ = 0;
  std::string date_line_;
};

}  // namespace cutroom::http
