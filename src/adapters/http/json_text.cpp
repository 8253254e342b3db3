#include "adapters/http/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

#include "base/utf8.hpp"

namespace cutroom::http {

void append_json_string(std::string& out, std::string_view value) {
  const bool plain = std::all_of(value.begin(), value.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
  if (plain) {
    out += '"';
    out += value;
    out += '"';
  } else {
    const std::string text = to_utf8(value);
    out += boost::json::serialize(boost::json::string_view(text.data(), text.size()));
  }
}

void JsonText::name(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  text_ += '"';
  text_ += name;
  text_ += "\":";
}

void JsonText::text(std::string_view field, std::string_view value) {
  name(field);
  append_json_string(text_, value);
}

void JsonText::number(std::string_view field, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  raw(field, std::string_view(digits.data(), end));
}

void JsonText::raw(std::string_view field, std::string_view json) {
  name(field);
  text_ += json.empty() ? std::string_view("null") : json;
}

std::string JsonText::str() && {
  text_ += '}';
  return std::move(text_);
}

}  // namespace cutroom::http
