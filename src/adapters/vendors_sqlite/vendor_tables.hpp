// All SQL of the vendor store; the port's functions, plain, on the store's thread, inside a transaction.
#pragma once

#include <string>
#include <vector>

#include "adapters/sqlite_handle/database.hpp"
#include "adapters/sqlite_handle/statement.hpp"
#include "base/error.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::vendors_sqlite {

class VendorTables {
 public:
  explicit VendorTables(sqlite_handle::Database database) : database_(std::move(database)) {}
  VendorTables(const VendorTables&) = delete;  // The statements point into it.
  VendorTables& operator=(const VendorTables&) = delete;

  Result<void> begin();
  Result<void> commit();

  Result<vendors::StoredVendors> load();
  Result<void> save(const vendors::Vendor&);
  Result<void> remove(const vendors::VendorId&);
  Result<void> add_key(const vendors::ApiKey&);
  Result<void> revoke_key(const vendors::VendorId&, const std::string& key_id, TimePoint now);
  Result<void> note_key_use(const std::vector<vendors::KeyUse>&);
  Result<void> add_usage(const std::vector<vendors::UsageGain>&);
  Result<std::vector<vendors::DayUsage>> usage(const vendors::VendorId&, vendors::Days);

 private:
  Result<bool> exists(const vendors::VendorId&);
  // Several statements as one step: what has been done is undone where one fails, and the other steps of the
  // batch are not touched by it.
  template <class Fn>
  Result<void> all_or_nothing(Fn);

  sqlite_handle::Database database_;
  sqlite_handle::Statement begin_{database_, "BEGIN"};
  sqlite_handle::Statement commit_{database_, "COMMIT"};
  sqlite_handle::Statement savepoint_{database_, "SAVEPOINT step"};
  sqlite_handle::Statement release_{database_, "RELEASE step"};
  sqlite_handle::Statement undo_{database_, "ROLLBACK TO step"};
  sqlite_handle::Statement all_vendors_{
      database_,
      "SELECT id, name, weight, cap, cap_is_hard, paused, limit_global, limit_reads, limit_image_processing, "
      "limit_background_removal, limit_bulk, monthly_quota, source_hosts, default_options, webhook_url, "
      "webhook_secret, webhook_events, face_presets FROM vendors ORDER BY id"};
  sqlite_handle::Statement all_keys_{
      database_,
      "SELECT id, vendor, label, secret_sha256, created_at, revoked_at, last_used FROM keys "
      "ORDER BY vendor, created_at, id"};
  // Not REPLACE, which would delete the row first, and the keys with it.
  sqlite_handle::Statement save_{
      database_,
      "INSERT INTO vendors (id, name, weight, cap, cap_is_hard, paused, limit_global, limit_reads, "
      "limit_image_processing, limit_background_removal, limit_bulk, monthly_quota, source_hosts, "
      "default_options, "
      "webhook_url, webhook_secret, webhook_events, face_presets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, "
      "?) "
      "ON CONFLICT (id) DO UPDATE SET name = excluded.name, weight = excluded.weight, cap = excluded.cap, "
      "cap_is_hard = excluded.cap_is_hard, paused = excluded.paused, limit_global = excluded.limit_global, "
      "limit_reads = excluded.limit_reads, limit_image_processing = excluded.limit_image_processing, "
      "limit_background_removal = excluded.limit_background_removal, limit_bulk = excluded.limit_bulk, "
      "monthly_quota = excluded.monthly_quota, source_hosts = excluded.source_hosts, "
      "default_options = excluded.default_options, webhook_url = excluded.webhook_url, "
      "webhook_secret = excluded.webhook_secret, webhook_events = excluded.webhook_events, "
      "face_presets = excluded.face_presets"};
  sqlite_handle::Statement exists_{database_, "SELECT 1 FROM vendors WHERE id = ?"};
  sqlite_handle::Statement remove_{database_, "DELETE FROM vendors WHERE id = ?"};
  sqlite_handle::Statement key_exists_{database_, "SELECT 1 FROM keys WHERE id = ?"};
  sqlite_handle::Statement add_key_{
      database_,
      "INSERT INTO keys (id, vendor, label, secret_sha256, created_at, revoked_at, last_used) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)"};
  sqlite_handle::Statement revoke_{
      database_, "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND vendor = ?"};
  sqlite_handle::Statement note_use_{
      database_, "UPDATE keys SET last_used = ? WHERE id = ? AND coalesce(last_used, -1) < ?"};
  // From a SELECT, so that a vendor that is gone gets nothing.
  sqlite_handle::Statement gain_{
      database_,
      "INSERT INTO usage (vendor, day, queued, jobs, failed, images, megapixels, compute_ms) "
      "SELECT id, ?, ?, ?, ?, ?, ?, ? FROM vendors WHERE id = ? "
      "ON CONFLICT (vendor, day) DO UPDATE SET queued = queued + excluded.queued, jobs = jobs + "
      "excluded.jobs, "
      "failed = failed + excluded.failed, images = images + excluded.images, "
      "megapixels = megapixels + excluded.megapixels, compute_ms = compute_ms + excluded.compute_ms"};
  sqlite_handle::Statement usage_{
      database_,
      "SELECT day, queued, jobs, failed, images, megapixels, compute_ms FROM usage "
      "WHERE vendor = ? AND day >= ? AND day < ? ORDER BY day"};
};

}  // namespace cutroom::vendors_sqlite
