// Writes one JSON object straight into text: the fields in the order in which they are named, without
// building a tree first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/iso8601.hpp"

namespace cutroom::http {

class JsonText {
 public:
  JsonText() { text_.reserve(256); }
  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::int64_t value);
  void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  // `json` is JSON already; "null" where it is empty.
  void raw(std::string_view name, std::string_view json);
  std::string str() &&;

 private:
  void name(std::string_view name);
  std::string text_ = "{";
};

// A JSON string, quotes and all.
void append_json_string(std::string& out, std::string_view value);

}  // namespace cutroom::http
