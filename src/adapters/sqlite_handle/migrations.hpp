// Brings a database file to the newest version of its tables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "adapters/sqlite_handle/database.hpp"
#include "base/error.hpp"

namespace cutroom::sqlite_handle {

struct Migrations {
  // Says of a SQLite file whose it is: four characters as a number, one per kind of database.
  std::int64_t application_id;
  std::string_view what;  // "The vendor database", for messages.
  // Row n makes version n + 1 out of version n. Never changed once released; a change is a further row.
  std::span<const std::string_view> steps;
};

// conflict: the file belongs to another program, or was written by a newer version.
Result<void> migrate(Database&, const Migrations&);

}  // namespace cutroom::sqlite_handle
