// A SQLite connection that closes itself, with errors as Results.
//
// Not an adapter but what the SQLite adapters are built of: the one folder that several of them may include,
// by an explicit exception in the layer check. No port, no domain word.
//
// Threads: a Database and its Statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/error.hpp"

namespace cutroom::sqlite_handle {

class Database {
 public:
  struct Options {
    std::filesystem::path file;
    int cache_kib = 16 * 1024;
    // Pages of the write-ahead log at which it is copied back; the log file stays about this large.
    int checkpoint_pages = 4'000;
  };

  // Opens or makes the file: WAL, and synchronous=FULL, so that what is committed survives a power cut.
  // storage_failed.
  static Result<Database> open(const Options&);

  // Any number of statements without parameters or rows.
  Result<void> exec(const std::string& sql);
  // The first column of the first row, e.g. of a PRAGMA.
  Result<std::int64_t> number(const std::string& sql);

  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  // Ends a transaction that is open, whatever its state; does nothing where there is none.
  void roll_back() noexcept;

  // The connection's last error. `doing` is for the log: what was tried.
  Error last_error(std::string_view doing) const;
  sqlite3* handle() { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

// "name" as SQL writes it; any text is safe inside.
std::string quoted_name(std::string_view name);

}  // namespace cutroom::sqlite_handle
