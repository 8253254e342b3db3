#include <algorithm>
#include <array>
#include <charconv>

#include "app/secret_text.hpp"
#include "app/settings/row_kinds.hpp"
#include "app/settings/sections.hpp"
#include "jobs/job.hpp"

namespace cutroom::app {
namespace {

constexpr std::array<std::string_view, 4> kRedisSchemes{"redis", "rediss", "redis+sentinel", "redis+cluster"};

bool is_redis_url(const std::string& text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string::npos || colon + 3 == text.size()) return false;
  const std::string_view scheme = std::string_view(text).substr(0, colon);
  return std::ranges::find(kRedisSchemes, scheme) != kRedisSchemes.end();
}

SettingRow redis_url_row() {
  SettingRow row{.key = "redis.url",
                 .flag = "redis",
                 .environment = "CUTROOM_REDIS_URL",
                 .old_environment = "REDIS_URL",
                 .allowed =
                     "redis://, rediss:// (TLS), redis+sentinel://H1:P,H2:P/MASTER or "
                     "redis+cluster://H1:P,H2:P",
                 .meaning = "the Redis that a fleet shares; goes before redis.host and all below it"};
  row.set = [](Settings& s, const std::string& text) {
    if (!text.empty() && !is_redis_url(text)) return false;
    s.redis_url = text;
    return true;
  };
  row.get = [](const Settings& s) { return without_password(s.redis_url); };
  row.may_hold_secret = true;
  return row;
}

SettingRow redis_port_row() {
  SettingRow row{.key = "redis.port",
                 .environment = "CUTROOM_REDIS_PORT",
                 .old_environment = "REDIS_PORT",
                 .allowed = "1..65535",
                 .meaning = "its port"};
  row.set = [](Settings& s, const std::string& text) {
    return set_port(s.redis_port, text) && s.redis_port != 0;
  };
  row.get = [](const Settings& s) { return std::to_string(s.redis_port); };
  return row;
}

SettingRow redis_tls_row() {
  SettingRow row{.key = "redis.tls",
                 .environment = "CUTROOM_REDIS_TLS",
                 .old_environment = "REDIS_TLS",
                 .allowed = "true or false",
                 .meaning = "speak TLS with it"};
  row.set = [](Settings& s, const std::string& text) {
    s.redis_tls = text == "true" || text == "1";  // The old variable was set either way.
    return s.redis_tls || text == "false" || text == "0" || text.empty();
  };
  row.get = [](const Settings& s) { return std::string(s.redis_tls ? "true" : "false"); };
  return row;
}

std::string limiter_text(const Settings::QueueLimiter& limiter) {
  return limiter.queue + "=" + std::to_string(limiter.max) + "/" + std::to_string(limiter.duration_ms);
}

bool read_number(std::int64_t& into, std::string_view text, Range range) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc{} && end == text.data() + text.size() && into >= range.least &&
         into <= range.most;
}

// QUEUE=JOBS/MS
std::optional<Settings::QueueLimiter> limiter_from(std::string_view text) {
  constexpr std::array kQueues{jobs::kBackgroundRemoval, jobs::kFaceCrop, jobs::kImageProcessing};
  const auto equals = text.find('=');
  const auto slash = text.find('/');
  if (equals == std::string_view::npos || slash == std::string_view::npos || slash < equals)
    return std::nullopt;
  Settings::QueueLimiter limiter{.queue = std::string(text.substr(0, equals))};
  if (std::ranges::find(kQueues, limiter.queue) == kQueues.end()) return std::nullopt;
  if (!read_number(limiter.max, text.substr(equals + 1, slash - equals - 1), {1, 1'000'000}) ||
      !read_number(limiter.duration_ms, text.substr(slash + 1), {1, kDayMs}))
    return std::nullopt;
  return limiter;
}

SettingRow redis_limiters_row() {
  SettingRow row{.key = "redis.limiters",
                 .environment = "CUTROOM_REDIS_LIMITERS",
                 .allowed = "QUEUE=JOBS/MS, comma-separated, e.g. face-crop=100/60000",
                 .meaning = "jobs that all workers together start in so long, as Bull's option `limiter`"};
  row.set = [](Settings& s, const std::string& text) {
    s.redis_limiters.clear();
    for (const std::string& part : comma_separated(text)) {
      auto limiter = limiter_from(part);
      if (!limiter) return false;
      s.redis_limiters.push_back(std::move(*limiter));
    }
    return true;
  };
  row.get = [](const Settings& s) {
    std::vector<std::string> texts;
    for (const auto& limiter : s.redis_limiters) texts.push_back(limiter_text(limiter));
    return joined(texts);
  };
  return row;
}

}  // namespace

std::vector<SettingRow> redis_rows() {
  return {
      redis_url_row(),
      text_row({.key = "redis.host",
                .environment = "CUTROOM_REDIS_HOST",
                .old_environment = "REDIS_HOST",
                .allowed = "a host name or an address",
                .meaning = "the Redis that a fleet shares; neither this nor redis.url: none"},
               &Settings::redis_host),
      redis_port_row(),
      text_row({.key = "redis.user",
                .environment = "CUTROOM_REDIS_USER",
                .old_environment = "REDIS_USER",
                .allowed = "a name",
                .meaning = "who to be there; empty: the default user"},
               &Settings::redis_user),
      text_row({.key = "redis.password_file",
                .environment = "CUTROOM_REDIS_PASSWORD_FILE",
                .allowed = "a file",
                .meaning = "holds the password, where CUTROOM_REDIS_PASSWORD or REDIS_PASSWORD does not"},
               &Settings::redis_password_file),
      number_row({.key = "redis.database",
                  .environment = "CUTROOM_REDIS_DATABASE",
                  .old_environment = "REDIS_DB",
                  .allowed = "0..16383",
                  .meaning = "the number of the database in it"},
                 &Settings::redis_database, {0, 16'383}),
      text_row(
          {.key = "redis.prefix",
           .environment = "CUTROOM_REDIS_PREFIX",
           .allowed = "what the queues' keys begin with",
           .meaning =
               "as Bull's option `prefix`; in a cluster braces, as in {bull}, keep all queues on one node"},
          &Settings::redis_prefix),
      number_row({.key = "redis.window",
                  .environment = "CUTROOM_REDIS_WINDOW",
                  .allowed = "10..100000",
                  .meaning = "jobs of a queue that Bull's own workers and tools see waiting, in fair order"},
                 &Settings::redis_window, {10, 100'000}),
      redis_limiters_row(),
      number_row(
          {.key = "redis.metrics_points",
           .environment = "CUTROOM_REDIS_METRICS_POINTS",
           .allowed = "0..100000",
           .meaning = "minutes of Bull's metrics that are kept, as its option `maxDataPoints`; 0: none"},
          &Settings::redis_metrics_points, {0, 100'000}),
      truth_row(
          {.key = "redis.durable",
           .environment = "CUTROOM_REDIS_DURABLE",
           .allowed = "true or false",
           .meaning = "a job is accepted once a disk or a second server has it, as with options.durable"},
          &Settings::redis_durable),
      redis_tls_row(),
      text_row({.key = "redis.tls_ca_file",
                .environment = "CUTROOM_REDIS_TLS_CA_FILE",
                .allowed = "a PEM file",
                .meaning = "whom to believe that it is the right Redis; empty: whom the system believes"},
               &Settings::redis_tls_ca_file),
  };
}

}  // namespace cutroom::app
