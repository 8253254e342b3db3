#include "adapters/vendors_sqlite/sqlite_vendor_store.hpp"

#include <system_error>
#include <utility>

#include "adapters/vendors_sqlite/schema.hpp"
#include "adapters/vendors_sqlite/vendor_tables.hpp"
#include "base/batch_thread.hpp"

namespace cutroom::vendors_sqlite {
namespace {

using boost::asio::awaitable;
using vendors::VendorId;

class SqliteVendorStore final : public vendors::VendorStore {
 public:
  explicit SqliteVendorStore(std::unique_ptr<VendorTables> tables)
      : tables_(std::move(tables)),
        thread_("vendors", {.begin = [this] { return tables_->begin(); },
                            .commit = [this] { return tables_->commit(); }}) {}

  awaitable<Result<vendors::StoredVendors>> load() override {
    return thread_.run([this] { return tables_->load(); });
  }
  awaitable<Result<void>> save(vendors::Vendor vendor) override {
    return thread_.run([this, vendor = std::move(vendor)] { return tables_->save(vendor); });
  }
  awaitable<Result<void>> remove(VendorId id) override {
    return thread_.run([this, id = std::move(id)] { return tables_->remove(id); });
  }
  awaitable<Result<void>> add_key(vendors::ApiKey key) override {
    return thread_.run([this, key = std::move(key)] { return tables_->add_key(key); });
  }
  awaitable<Result<void>> revoke_key(VendorId vendor, std::string key_id, TimePoint now) override {
    return thread_.run([this, vendor = std::move(vendor), key_id = std::move(key_id), now] {
      return tables_->revoke_key(vendor, key_id, now);
    });
  }
  awaitable<Result<void>> note_key_use(std::vector<vendors::KeyUse> uses) override {
    return thread_.run([this, uses = std::move(uses)] { return tables_->note_key_use(uses); });
  }
  awaitable<Result<void>> add_usage(std::vector<vendors::UsageGain> gains) override {
    return thread_.run([this, gains = std::move(gains)] { return tables_->add_usage(gains); });
  }
  awaitable<Result<std::vector<vendors::DayUsage>>> usage(VendorId vendor, vendors::Days days) override {
    return thread_.run([this, vendor = std::move(vendor), days] { return tables_->usage(vendor, days); });
  }

 private:
  std::unique_ptr<VendorTables> tables_;  // The thread's alone.
  BatchThread thread_;                    // Joined first.
};

}  // namespace

Result<std::unique_ptr<vendors::VendorStore>> open_sqlite_vendor_store(Options options) {
  const auto named = [](Error error) {
    if (error.message.empty())
      error.message = "The vendor database can't be read: its file is damaged, or its disk fails";
    return error;
  };
  if (const auto folder = options.file.parent_path(); !folder.empty()) {
    std::error_code made;  // Opening tells where it failed.
    std::filesystem::create_directories(folder, made);
  }
  auto database = sqlite_handle::Database::open({.file = options.file, .cache_kib = 4 * 1024});
  if (!database) return named(database.error());
  // Of the connection, not of the file; and not inside a transaction.
  if (const auto set = database->exec("PRAGMA foreign_keys = ON"); !set) return named(set.error());
  if (const auto migrated = migrate(*database); !migrated) return named(migrated.error());
  return std::make_unique<SqliteVendorStore>(std::make_unique<VendorTables>(std::move(*database)));
}

}  // namespace cutroom::vendors_sqlite
