#include "adapters/store_bull/server_info.hpp"

#include <charconv>
#include <string>
#include <tuple>

namespace cutroom::store_bull {
namespace {

int number_of(std::string_view digits) {
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

std::string_view value_of(std::string_view info, std::string_view name) {
  const std::string start = "\n" + std::string(name) + ":";
  const auto at = info.find(start);
  if (at == std::string_view::npos) return {};
  const auto begin = at + start.size();
  return info.substr(begin, info.find('\r', begin) - begin);
}

bool is_at_least(std::string_view version, int major, int minor) {
  const auto dot = version.find('.');
  const int its_minor = dot == std::string_view::npos ? 0 : number_of(version.substr(dot + 1));
  return std::tuple(number_of(version), its_minor) >= std::tuple(major, minor);
}

}  // namespace cutroom::store_bull
