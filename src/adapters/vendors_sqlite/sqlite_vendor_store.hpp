// Vendors, keys and usage in a SQLite file of their own. One thread owns the file; changes that come together
// are committed together. Of a key's secret only the digest is in it.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::vendors_sqlite {

struct Options {
  std::filesystem::path file;  // Its folder is made where it is missing.
};

// conflict: the file was written by a newer version or another program. storage_failed: it can't be used.
Result<std::unique_ptr<vendors::VendorStore>> open_sqlite_vendor_store(Options);

}  // namespace cutroom::vendors_sqlite
