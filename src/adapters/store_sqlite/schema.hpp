// The tables of the job database, and how an older file becomes a present one.
#pragma once

#include "adapters/sqlite_handle/database.hpp"
#include "base/error.hpp"

namespace cutroom::store_sqlite {

// Brings the file to the newest version, step by step, each in a transaction. conflict: the file is of a
// newer version, or not a job database at all.
Result<void> migrate(sqlite_handle::Database&);

}  // namespace cutroom::store_sqlite
