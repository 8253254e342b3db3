#include "delivery/data_uri.hpp"

#include <algorithm>
#include <string>

#include "delivery/base64.hpp"

namespace cutroom::delivery {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_letters(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char a, char b) { return lower(a) == b; });
}

Error invalid(std::string message) { return {.code = Errc::invalid_input, .message = std::move(message)}; }

Error too_large(std::size_t bytes_max) {
  return {.code = Errc::too_large,
          .message = "The photo in the data: URI is larger than " + std::to_string(bytes_max) + " bytes"};
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// nullopt: a percent sign without two hex digits.
std::optional<Bytes> percent_decoded(std::string_view text) {
  Bytes out(text.size());
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out[n++] = static_cast<std::uint8_t>(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex(text[i + 1]);
    const int low = hex(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out[n++] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  out.truncate(n);
  return out;
}

}  // namespace

bool is_data_uri(std::string_view uri) { return same_letters(uri.substr(0, 5), "data:"); }

Result<Bytes> decode_data_uri(std::string_view uri, std::size_t bytes_max) {
  if (!is_data_uri(uri)) return invalid("Not a data: URI");
  const std::size_t comma = uri.find(',');
  if (comma == std::string_view::npos) return invalid("The data: URI has no comma before its content");
  const std::string_view kind = uri.substr(5, comma - 5);  // "image/png;charset=x;base64"
  std::string_view content = uri.substr(comma + 1);
  const std::size_t last = kind.rfind(';');
  const bool base64 = last != std::string_view::npos && same_letters(kind.substr(last + 1), "base64");

  // One percent-encoded byte takes three characters at most.
  if (content.size() / 4 > bytes_max) return too_large(bytes_max);
  Bytes plain;
  if (!base64 || content.find('%') != std::string_view::npos) {
    auto decoded = percent_decoded(content);
    if (!decoded) return invalid("The data: URI has a % that two hexadecimal digits do not follow");
    plain = std::move(*decoded);
    content = plain.view();
  }
  if (content.empty()) return invalid("The data: URI holds nothing");
  if (!base64) {
    if (plain.size() > bytes_max) return too_large(bytes_max);
    return plain;
  }

  if (base64_decoded_size(content) > bytes_max) return too_large(bytes_max);
  auto bytes = base64_decoded(content);
  if (!bytes) return invalid("The data: URI's base64 is not valid");
  return std::move(*bytes);
}

}  // namespace cutroom::delivery
