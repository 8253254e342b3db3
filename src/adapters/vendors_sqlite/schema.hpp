#pragma once

#include "adapters/sqlite_handle/database.hpp"
#include "base/error.hpp"

namespace cutroom::vendors_sqlite {

// Brings the file to the newest version. conflict: not ours.
Result<void> migrate(sqlite_handle::Database&);

}  // namespace cutroom::vendors_sqlite
