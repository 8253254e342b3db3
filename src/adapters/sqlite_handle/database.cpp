#include "adapters/sqlite_handle/database.hpp"

#include "adapters/sqlite_handle/statement.hpp"

namespace cutroom::sqlite_handle {
namespace {

// Pages of the file are read where the system keeps them, not copied: looking at one of many jobs costs what
// it costs with few. Address space, not memory; beyond it pages are copied as usual.
constexpr std::int64_t kMapBytes = 1LL << 30;

// A person may look into the file with another program; a write waits so long for them to let go.
constexpr int kBusyMs = 5'000;

}  // namespace

Result<Database> Database::open(const Options& options) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(options.file.c_str(), &handle, flags, nullptr);
  Database database(handle);  // SQLite wants it closed also after a failure.
  if (code != SQLITE_OK) return database.last_error("open " + options.file.string());
  sqlite3_busy_timeout(handle, kBusyMs);
  // Else a "column" that doesn't exist is a text, and nobody is told.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  const auto set = database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
      "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -" +
      std::to_string(options.cache_kib) + "; PRAGMA mmap_size = " + std::to_string(kMapBytes) +
      "; PRAGMA wal_autocheckpoint = " + std::to_string(options.checkpoint_pages) + ";");
  if (!set) return set.error();
  return database;
}

Result<void> Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return last_error(sql);
  return {};
}

Result<std::int64_t> Database::number(const std::string& sql) {
  Statement statement(*this, sql);
  auto rows = statement.rows();
  const auto row = rows.next();
  if (!row) return row.error();
  if (!*row) return Error{.code = Errc::storage_failed, .detail = "no row: " + sql};
  return rows.integer(0);
}

void Database::roll_back() noexcept {
  // After some errors SQLite has done it already, and an error of ROLLBACK itself leaves nothing to do.
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Error Database::last_error(std::string_view doing) const {
  const int code = handle_ ? sqlite3_extended_errcode(handle_.get()) : SQLITE_NOMEM;
  const char* text = handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
  return {.code = Errc::storage_failed,
          .detail = "SQLite " + std::to_string(code) + ": " + text + " (" + std::string(doing) + ")"};
}

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace cutroom::sqlite_handle
