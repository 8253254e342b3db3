#include "adapters/http/header_params.hpp"

#include <boost/beast/core/string.hpp>

namespace cutroom::http {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Takes a quoted string off the front of `rest`; nullopt where it doesn't end.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    // Browsers send file names with bare backslashes, so only these two are escapes.
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
    text += rest[i];
  }
  return std::nullopt;
}

}  // namespace

std::string_view header_value(std::string_view header) { return trimmed(header.substr(0, header.find(';'))); }

std::optional<std::string> header_param(std::string_view header, std::string_view name) {
  const std::size_t start = header.find(';');
  if (start == std::string_view::npos) return std::nullopt;
  std::string_view rest = header.substr(start);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // The ';'.
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view given = trimmed(rest.substr(0, equals));
    if (rest[equals] == ';') {  // A parameter without value.
      rest.remove_prefix(equals);
      continue;
    }
    rest.remove_prefix(equals + 1);
    const std::size_t content = rest.find_first_not_of(kSpace);
    rest.remove_prefix(content == std::string_view::npos ? rest.size() : content);
    std::optional<std::string> value;
    if (rest.starts_with('"')) {
      value = take_quoted(rest);
      if (!value) return std::nullopt;
    } else {
      value = std::string(trimmed(rest.substr(0, rest.find(';'))));
    }
    if (boost::beast::iequals(given, name)) return value;
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  }
  return std::nullopt;
}

}  // namespace cutroom::http
