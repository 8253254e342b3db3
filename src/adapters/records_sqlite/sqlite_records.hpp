// The platform's records in a SQLite file of their own, for who has no other database. One thread owns the
// file; updates that come together are committed together.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "delivery/record_store.hpp"

namespace cutroom::records_sqlite {

// What the table and its columns are called. The table is made where it is missing.
struct RecordNames {
  std::string table = "data_records";
  std::string id = "id";
  std::string project_id = "project_id";
  std::string vendor_id = "vendor_id";
  std::string original_url = "original_url";
  std::string photo_url = "photo_url";
  std::string processed = "processed";  // 0 or 1.
  std::string processing_status = "processing_status";
  std::string processed_at = "processed_at";  // Unix milliseconds, as all times here.
  std::string error = "error";
  std::string job_id = "job_id";
  std::string created_at = "created_at";
  std::string updated_at = "updated_at";
};

struct Options {
  std::filesystem::path file;  // Its folder is made where it is missing.
  RecordNames names{};
};

// invalid_input: a name that is not a plain identifier, or used twice; `fields` says which. storage_failed:
// the file can't be used, or its table lacks a column.
Result<std::unique_ptr<delivery::RecordStore>> open_sqlite_records(Options);

}  // namespace cutroom::records_sqlite
