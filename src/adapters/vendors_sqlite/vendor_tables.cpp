#include "adapters/vendors_sqlite/vendor_tables.hpp"

#include <optional>
#include <utility>

namespace cutroom::vendors_sqlite {
namespace {

using sqlite_handle::Statement;
using vendors::ApiKey;
using vendors::Day;
using vendors::LimitKind;
using vendors::Vendor;

Result<void> done(const Result<int>& ran) {
  if (!ran) return ran.error();
  return {};
}

Error not_found(const char* message) { return {.code = Errc::not_found, .message = message}; }

std::int64_t number_of(Day day) { return day.time_since_epoch().count(); }
Day day_at(std::int64_t number) { return Day(std::chrono::days(number)); }

// The columns limit_*, in the order of the kinds.
std::optional<std::string> limit_text(const Vendor& vendor, LimitKind kind) {
  const auto& limit = vendor.limits[kind];
  return limit ? std::optional(vendors::to_string(*limit)) : std::nullopt;
}

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

std::optional<std::string> text_at(const Statement::Rows& rows, int column) {
  return rows.has(column) ? std::optional(rows.text(column)) : std::nullopt;
}

Vendor vendor_at(const Statement::Rows& rows) {
  Vendor vendor{.id = rows.text(0), .name = rows.text(1), .weight = rows.real(2)};
  vendor.cap = rows.number(3);
  vendor.cap_is_hard = rows.integer(4) != 0;
  vendor.paused = rows.integer(5) != 0;
  constexpr int kFirstLimit = 6;
  for (const vendors::LimitRow& row : vendors::limit_table()) {
    const int column = kFirstLimit + static_cast<int>(row.kind);
    if (rows.has(column)) vendor.limits[row.kind] = vendors::limit_from(rows.view(column));
  }
  vendor.monthly_quota = rows.number(11);
  vendor.source_hosts = parts_of(rows.view(12));
  vendor.default_options_json = rows.text(13);
  vendor.webhook_url = text_at(rows, 14);
  vendor.webhook_secret = text_at(rows, 15);
  vendor.webhook_events = text_at(rows, 16);
  vendor.face_presets_json = rows.text(17);
  return vendor;
}

ApiKey key_at(const Statement::Rows& rows) {
  ApiKey key{
      .id = rows.text(0), .vendor = rows.text(1), .label = rows.text(2), .secret_sha256 = rows.text(3)};
  key.created_at = from_unix_ms(rows.integer(4));
  if (rows.has(5)) key.revoked_at = from_unix_ms(rows.integer(5));
  if (rows.has(6)) key.last_used = day_at(rows.integer(6));
  return key;
}

// All rows of one run, each made into a value.
template <class Make>
auto all_of(Statement::Rows rows, Make make) -> Result<std::vector<decltype(make(rows))>> {
  std::vector<decltype(make(rows))> values;
  for (;;) {
    const auto row = rows.next();
    if (!row) return row.error();
    if (!*row) return values;
    values.push_back(make(rows));
  }
}

}  // namespace

template <class Fn>
Result<void> VendorTables::all_or_nothing(Fn fn) {
  if (auto begun = done(savepoint_.run()); !begun) return begun;
  const Result<void> result = fn();
  // After some errors SQLite has ended the whole transaction; then the commit tells.
  if (!result && database_.in_transaction()) (void)undo_.run();
  if (database_.in_transaction())
    if (auto ended = done(release_.run()); !ended) return ended;
  return result;
}

Result<void> VendorTables::begin() { return done(begin_.run()); }

Result<void> VendorTables::commit() {
  auto committed = done(commit_.run());
  if (!committed) database_.roll_back();
  return committed;
}

Result<vendors::StoredVendors> VendorTables::load() {
  auto all = all_of(all_vendors_.rows(), vendor_at);
  if (!all) return all.error();
  auto keys = all_of(all_keys_.rows(), key_at);
  if (!keys) return keys.error();
  return vendors::StoredVendors{.vendors = std::move(*all), .keys = std::move(*keys)};
}

Result<void> VendorTables::save(const Vendor& vendor) {
  // Texts must outlive the run.
  const std::array<std::optional<std::string>, vendors::kLimitKinds> limits{
      limit_text(vendor, LimitKind::global), limit_text(vendor, LimitKind::reads),
      limit_text(vendor, LimitKind::image_processing), limit_text(vendor, LimitKind::background_removal),
      limit_text(vendor, LimitKind::bulk)};
  const std::string hosts = lines_of(vendor.source_hosts);
  return done(save_.run(vendor.id, vendor.name, vendor.weight, std::uint64_t{vendor.cap}, vendor.cap_is_hard,
                        vendor.paused, limits[0], limits[1], limits[2], limits[3], limits[4],
                        vendor.monthly_quota, hosts, vendor.default_options_json, vendor.webhook_url,
                        vendor.webhook_secret, vendor.webhook_events, vendor.face_presets_json));
}

Result<bool> VendorTables::exists(const vendors::VendorId& id) {
  auto rows = exists_.rows(id);
  return rows.next();
}

Result<void> VendorTables::remove(const vendors::VendorId& id) {
  const auto known = exists(id);
  if (!known) return known.error();
  if (!*known) return not_found("Vendor not found");
  return done(remove_.run(id));
}

Result<void> VendorTables::add_key(const ApiKey& key) {
  const auto known = exists(key.vendor);
  if (!known) return known.error();
  if (!*known) return not_found("Vendor not found");
  {
    auto rows = key_exists_.rows(key.id);
    const auto taken = rows.next();
    if (!taken) return taken.error();
    if (*taken) return Error{.code = Errc::conflict, .message = "There is a key with this id"};
  }
  const auto revoked = key.revoked_at ? std::optional(to_unix_ms(*key.revoked_at)) : std::nullopt;
  const auto used = key.last_used ? std::optional(number_of(*key.last_used)) : std::nullopt;
  return done(add_key_.run(key.id, key.vendor, key.label, key.secret_sha256, to_unix_ms(key.created_at),
                           revoked, used));
}

Result<void> VendorTables::revoke_key(const vendors::VendorId& vendor, const std::string& key_id,
                                      TimePoint now) {
  const auto changed = revoke_.run(to_unix_ms(now), key_id, vendor);
  if (!changed) return changed.error();
  if (*changed == 0) return not_found("Key not found");
  return {};
}

Result<void> VendorTables::note_key_use(const std::vector<vendors::KeyUse>& uses) {
  return all_or_nothing([&]() -> Result<void> {
    for (const vendors::KeyUse& use : uses)
      if (auto noted = done(note_use_.run(number_of(use.day), use.key_id, number_of(use.day))); !noted)
        return noted;
    return {};
  });
}

Result<void> VendorTables::add_usage(const std::vector<vendors::UsageGain>& gains) {
  return all_or_nothing([&]() -> Result<void> {
    for (const vendors::UsageGain& gain : gains) {
      const vendors::Usage& more = gain.usage;
      auto added = done(gain_.run(number_of(gain.day), more.queued, more.jobs, more.failed, more.images,
                                  more.megapixels, more.compute_ms, gain.vendor));
      if (!added) return added;
    }
    return {};
  });
}

Result<std::vector<vendors::DayUsage>> VendorTables::usage(const vendors::VendorId& vendor,
                                                           vendors::Days days) {
  return all_of(usage_.rows(vendor, number_of(days.from), number_of(days.to)),
                [](const Statement::Rows& rows) {
                  return vendors::DayUsage{.day = day_at(rows.integer(0)),
                                           .usage = {.queued = rows.integer(1),
                                                     .jobs = rows.number(2),
                                                     .failed = rows.number(3),
                                                     .images = rows.number(4),
                                                     .megapixels = rows.real(5),
                                                     .compute_ms = rows.number(6)}};
                });
}

}  // namespace cutroom::vendors_sqlite
