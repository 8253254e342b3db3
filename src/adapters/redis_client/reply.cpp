#include "adapters/redis_client/reply.hpp"

#include <charconv>

namespace cutroom::redis_client {

std::int64_t Reply::integer() const {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  const std::string& digits = text();
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, failed] = std::from_chars(digits.data(), end, number);
  return failed == std::errc() && stopped == end ? number : 0;
}

const std::string& Reply::text() const {
  static const std::string none;
  const auto* string = std::get_if<std::string>(&value);
  return string == nullptr ? none : *string;
}

const std::vector<Reply>& Reply::array() const {
  static const std::vector<Reply> none;
  const auto* elements = std::get_if<std::vector<Reply>>(&value);
  return elements == nullptr ? none : *elements;
}

}  // namespace cutroom::redis_client
