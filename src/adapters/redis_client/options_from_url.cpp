#include <charconv>
#include <optional>

#include "adapters/redis_client/options.hpp"

namespace cutroom::redis_client {
namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr int kDatabaseMax = 9999;  // Redis has 16 unless configured otherwise.

Error wrong(std::string what) {
  return {.code = Errc::invalid_input, .message = "The Redis URL " + std::move(what)};
}

template <class Number>
std::optional<Number> number_of(std::string_view digits) {
  Number number{};
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  const auto [stopped, failed] = std::from_chars(begin, end, number);
  if (failed != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// What is left of the first `separator`; `rest` becomes what is right of it, or "".
std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view left = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return left;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned int byte = 0;
    const char* end = text.data() + std::min(i + 3, text.size());
    const auto [stopped, failed] = std::from_chars(text.data() + i + 1, end, byte, 16);
    if (failed != std::errc() || stopped != text.data() + i + 3) return std::nullopt;
    plain += static_cast<char>(byte);
    i += 2;
  }
  return plain;
}

Result<Endpoint> endpoint_of(std::string_view text, std::uint16_t port) {
  Endpoint endpoint{.host = {}, .port = port};
  std::string_view rest = text;
  if (text.starts_with('[')) {  // An IPv6 address.
    endpoint.host = cut(rest, ']').substr(1);
    if (!rest.empty() && !rest.starts_with(':')) return wrong("has something odd after the ]");
    if (!rest.empty()) rest.remove_prefix(1);
  } else {
    endpoint.host = cut(rest, ':');
  }
  if (endpoint.host.empty()) return wrong("has no host");
  if (rest.empty()) return endpoint;
  const auto given = number_of<std::uint16_t>(rest);
  if (!given || *given == 0) return wrong("has a port that is not a number from 1 to 65535");
  endpoint.port = *given;
  return endpoint;
}

Result<void> take_scheme(std::string_view scheme, Options& options, bool& sentinel) {
  options.tls = scheme.starts_with("rediss");
  const std::string_view kind = scheme.substr(std::min(scheme.size(), options.tls ? std::size_t{6} : 5));
  sentinel = kind == "+sentinel";
  options.cluster = kind == "+cluster";
  if (!scheme.starts_with("redis") || !(kind.empty() || sentinel || options.cluster))
    return wrong(
        "must begin with redis://, rediss://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or "
        "rediss+cluster://");
  return {};
}

Result<void> take_login(std::string_view login, Options& options) {
  std::string_view rest = login;
  const auto user = percent_decoded(cut(rest, ':'));
  const auto password = percent_decoded(rest);
  if (!user || !password) return wrong("has a % in user or password that two hex digits must follow");
  options.user = *user;
  options.password = *password;
  if (options.password.empty() && !options.user.empty()) return wrong("has a user but no password");
  return {};
}

Result<void> take_database(std::string_view text, Options& options) {
  if (text.empty()) return {};
  const auto database = number_of<int>(text);
  if (!database || *database < 0 || *database > kDatabaseMax)
    return wrong("has a database that is not a number from 0 to " + std::to_string(kDatabaseMax));
  if (options.cluster && *database != 0) return wrong("names a database; a cluster has only 0");
  options.database = *database;
  return {};
}

}  // namespace

std::string text_of(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

Result<Options> options_from_url(std::string_view url) {
  Options options;
  bool sentinel = false;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return wrong("must begin with redis:// or rediss://");
  if (auto taken = take_scheme(url.substr(0, scheme_end), options, sentinel); !taken) return taken.error();
  if (url.find_first_of("?#") != std::string_view::npos) return wrong("must not have a ? or #");

  std::string_view path = url.substr(scheme_end + 3);
  std::string_view hosts = cut(path, '/');
  if (const std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
    if (auto taken = take_login(hosts.substr(0, at), options); !taken) return taken.error();
    hosts.remove_prefix(at + 1);
  }
  do {
    auto endpoint = endpoint_of(cut(hosts, ','), sentinel ? kSentinelPort : kRedisPort);
    if (!endpoint) return endpoint.error();
    options.endpoints.push_back(std::move(*endpoint));
  } while (!hosts.empty());
  if (options.endpoints.size() > 1 && !sentinel && !options.cluster)
    return wrong("names several hosts, which only redis+sentinel:// and redis+cluster:// can have");

  if (sentinel) {
    options.sentinel_master = cut(path, '/');
    if (options.sentinel_master.empty()) return wrong("must name the master: redis+sentinel://host/master");
  }
  if (auto taken = take_database(path, options); !taken) return taken.error();
  return options;
}

}  // namespace cutroom::redis_client
