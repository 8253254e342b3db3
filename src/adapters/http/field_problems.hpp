// Collects what is wrong with the fields of a body, so that a caller sees all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cutroom::http {

// The problem of a text from a form or an address.
inline constexpr std::string_view kNotUtf8 = "must be valid UTF-8";

class FieldProblems {
 public:
  void add(std::string field, std::string problem);
  void add(FieldProblems more);
  bool none() const { return problems_.empty(); }
  // invalid_input. `message` is for the whole; where empty, the first problem is the message.
  Error error(std::string message = {}) &&;

 private:
  std::vector<FieldProblem> problems_;
};

}  // namespace cutroom::http
