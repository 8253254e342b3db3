#include "adapters/vendors_redis/vendor_fields.hpp"

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace cutroom::vendors_redis {

using redis_client::Reply;
using vendors::ApiKey;
using vendors::Day;
using vendors::LimitKind;
using vendors::Usage;
using vendors::Vendor;

namespace {

// In the order of the kinds.
constexpr std::array<std::string_view, vendors::kLimitKinds> kLimitFields{
    "limit_global", "limit_reads", "limit_image_processing", "limit_background_removal", "limit_bulk"};

std::string_view field_of(LimitKind kind) { return kLimitFields.at(static_cast<std::size_t>(kind)); }

// The shortest text that is read back as the same number.
std::string text_of(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

template <class Number>
Number number_from(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class Writer {
 public:
  explicit Writer(std::vector<std::string>& words) : words_(words) {}
  void text(std::string_view field, std::string value) {
    words_.emplace_back(field);
    words_.push_back(std::move(value));
  }
  void maybe(std::string_view field, const std::optional<std::string>& value) {
    if (value) text(field, *value);
  }
  void flag(std::string_view field, bool value) { text(field, value ? "1" : "0"); }

 private:
  std::vector<std::string>& words_;
};

class Reader {
 public:
  explicit Reader(const Reply& fields) {
    const auto& parts = fields.array();
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      values_.emplace(parts[i].text(), parts[i + 1].text());
  }
  std::optional<std::string> maybe(std::string_view field) const {
    const auto at = values_.find(field);
    return at == values_.end() ? std::nullopt : std::optional(std::string(at->second));
  }
  std::string text(std::string_view field) const { return maybe(field).value_or(""); }
  template <class Number>
  Number number(std::string_view field) const {
    return number_from<Number>(text(field));
  }
  bool flag(std::string_view field) const { return text(field) == "1"; }

 private:
  std::map<std::string_view, std::string_view> values_;  // Of the reply.
};

std::string lines_of(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part + '\n';
  return text;
}

std::vector<std::string> parts_of(std::string_view lines) {
  std::vector<std::string> parts;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    parts.emplace_back(lines.substr(0, end));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return parts;
}

}  // namespace

void append_fields(std::vector<std::string>& words, const Vendor& vendor) {
  Writer to(words);
  to.text("name", vendor.name);
  to.text("weight", text_of(vendor.weight));
  to.text("cap", std::to_string(vendor.cap));
  to.flag("cap_is_hard", vendor.cap_is_hard);
  to.flag("paused", vendor.paused);
  for (const vendors::LimitRow& row : vendors::limit_table())
    if (const auto& limit = vendor.limits[row.kind]) to.text(field_of(row.kind), vendors::to_string(*limit));
  to.text("monthly_quota", std::to_string(vendor.monthly_quota));
  to.text("source_hosts", lines_of(vendor.source_hosts));
  to.text("default_options", vendor.default_options_json);
  to.text("face_presets", vendor.face_presets_json);
  to.maybe("webhook_url", vendor.webhook_url);
  to.maybe("webhook_secret", vendor.webhook_secret);
  to.maybe("webhook_events", vendor.webhook_events);
}

Vendor vendor_from(std::string id, const Reply& fields) {
  const Reader from(fields);
  Vendor vendor{.id = std::move(id), .name = from.text("name"), .weight = from.number<double>("weight")};
  vendor.cap = from.number<std::size_t>("cap");
  vendor.cap_is_hard = from.flag("cap_is_hard");
  vendor.paused = from.flag("paused");
  for (const vendors::LimitRow& row : vendors::limit_table())
    if (const auto limit = from.maybe(field_of(row.kind)))
      vendor.limits[row.kind] = vendors::limit_from(*limit);
  vendor.monthly_quota = from.number<std::uint64_t>("monthly_quota");
  vendor.source_hosts = parts_of(from.text("source_hosts"));
  vendor.default_options_json = from.maybe("default_options").value_or("{}");
  vendor.face_presets_json = from.maybe("face_presets").value_or("{}");
  vendor.webhook_url = from.maybe("webhook_url");
  vendor.webhook_secret = from.maybe("webhook_secret");
  vendor.webhook_events = from.maybe("webhook_events");
  return vendor;
}

void append_fields(std::vector<std::string>& words, const ApiKey& key) {
  Writer to(words);
  to.text("vendor", key.vendor);
  to.text("label", key.label);
  to.text("secret_sha256", key.secret_sha256);
  to.text("created_at", std::to_string(to_unix_ms(key.created_at)));
  if (key.revoked_at) to.text("revoked_at", std::to_string(to_unix_ms(*key.revoked_at)));
  if (key.last_used) to.text("last_used", text_of(*key.last_used));
}

ApiKey key_from(std::string id, const Reply& fields) {
  const Reader from(fields);
  ApiKey key{.id = std::move(id),
             .vendor = from.text("vendor"),
             .label = from.text("label"),
             .secret_sha256 = from.text("secret_sha256"),
             .created_at = from_unix_ms(from.number<std::int64_t>("created_at"))};
  if (const auto at = from.maybe("revoked_at")) key.revoked_at = from_unix_ms(number_from<std::int64_t>(*at));
  if (const auto day = from.maybe("last_used"))
    key.last_used = Day(std::chrono::days(number_from<int>(*day)));
  return key;
}

std::string text_of(Day day) { return std::to_string(day.time_since_epoch().count()); }

Day day_from(const Reply& reply) { return Day(std::chrono::days(reply.integer())); }

void append_values(std::vector<std::string>& words, const Usage& usage) {
  words.push_back(std::to_string(usage.queued));
  words.push_back(std::to_string(usage.jobs));
  words.push_back(std::to_string(usage.failed));
  words.push_back(std::to_string(usage.images));
  words.push_back(text_of(usage.megapixels));
  words.push_back(std::to_string(usage.compute_ms));
}

Usage usage_from(const Reply* values) {
  return {.queued = values[0].integer(),
          .jobs = static_cast<std::uint64_t>(values[1].integer()),
          .failed = static_cast<std::uint64_t>(values[2].integer()),
          .images = static_cast<std::uint64_t>(values[3].integer()),
          .megapixels = number_from<double>(values[4].text()),
          .compute_ms = static_cast<std::uint64_t>(values[5].integer())};
}

}  // namespace cutroom::vendors_redis
