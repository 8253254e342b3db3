#include "app/secret_text.hpp"

namespace cutroom::app {

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t from = scheme == std::string_view::npos ? 0 : scheme + 3;
  // The last one: a password that nobody has encoded may hold an @ and a / itself.
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < from) return std::string(url);
  const std::size_t colon = url.find(':', from);
  if (colon > at) return std::string(url);
  return std::string(url.substr(0, colon + 1)) + "***" + std::string(url.substr(at));
}

}  // namespace cutroom::app
