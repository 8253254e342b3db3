#include "app/wire/options.hpp"

#include <utility>

namespace cutroom::app {

std::string public_url(const Settings& settings, std::uint16_t port) {
  if (!settings.public_url.empty()) return settings.public_url;
  const bool v6 = settings.listen_address.find(':') != std::string::npos;
  // An address that means "all of them" is none that a client can follow.
  const std::string host = settings.listen_address == "0.0.0.0" || settings.listen_address == "::"
                               ? "localhost"
                               : (v6 ? "[" + settings.listen_address + "]" : settings.listen_address);
  return "http://" + host + ":" + std::to_string(port);
}

Result<fetch_curl::Options> fetch_options(const Settings& settings) {
  fetch_curl::Options options;
  options.body_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max);
  options.extra_ports = settings.fetch_ports;
  options.hosts = settings.fetch_hosts;
  for (const std::string& text : settings.fetch_allow) {
    auto cidr = fetch_curl::parse_cidr(text);
    if (!cidr) return cidr.error();
    options.allow.push_back(*cidr);
  }
  return options;
}

fetch_curl::Options webhook_options(const Settings& settings) {
  fetch_curl::Options options = fetch_options(settings).value();  // Was fine when the server was made.
  options.hosts.clear();                                          // The list is of photo servers.
  options.body_bytes_max = 64U << 10U;
  return options;
}

http::ServerOptions http_options(const Settings& settings) {
  return {.address = settings.listen_address,
          .port = settings.listen_port,
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .cors_origins = {settings.cors_origin},
          .trusted_proxies = settings.trusted_proxies,
          .version = CUTROOM_VERSION};
}

engine::SubmissionLimits submission_limits(const Settings& settings) {
  return {.waiting_max = static_cast<std::uint64_t>(settings.waiting_max),
          .bulk_max = static_cast<std::size_t>(settings.bulk_max),
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .retry = {.attempts_max = static_cast<int>(settings.attempts),
                    .backoff_first = Millis{settings.backoff_ms}},
          .job_timeout = Millis{settings.job_timeout_ms},
          .durable = settings.redis_durable};
}

engine::Retention retention(const Settings& settings) {
  constexpr std::int64_t kDayMs = 86'400'000;
  return {.completed = Millis{settings.retention_completed_days * kDayMs},
          .completed_max = static_cast<std::uint64_t>(settings.retention_completed_max),
          .failed = Millis{settings.retention_failed_days * kDayMs},
          .failed_max = static_cast<std::uint64_t>(settings.retention_failed_max),
          .assets = Millis{settings.retention_assets_days * kDayMs}};
}

imaging::DecodeLimits decode_limits(const Settings& settings) {
  return {.bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .pixels_max = static_cast<std::size_t>(settings.photo_pixels_max)};
}

}  // namespace cutroom::app
