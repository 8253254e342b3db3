// What Redis answered. An error answer is no Reply but the Error of a Result.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cutroom::redis_client {

// hiredis reads arrays nested up to seven deep (nine from its version 1 on).
struct Reply {
  // nil, integer, string or status, array
  std::variant<std::monostate, std::int64_t, std::string, std::vector<Reply>> value;

  bool is_nil() const { return std::holds_alternative<std::monostate>(value); }
  // Of an integer, or of a string that is a decimal number as a whole; 0 otherwise.
  std::int64_t integer() const;
  // "" where it is none.
  const std::string& text() const;
  // Empty where it is none.
  const std::vector<Reply>& array() const;

  bool operator==(const Reply&) const = default;
};

}  // namespace cutroom::redis_client
