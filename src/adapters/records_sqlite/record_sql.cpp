#include "adapters/records_sqlite/record_sql.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <vector>

#include "adapters/sqlite_handle/database.hpp"

namespace cutroom::records_sqlite {
namespace {

using sqlite_handle::quoted_name;

constexpr std::size_t kNameMax = 64;  // As in MySQL, so that a configuration can move there.
// Unix milliseconds. A Julian day is a double, exact to some 40 us only: without rounding it is a millisecond
// early half of the time.
constexpr std::string_view kNow = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";

bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > kNameMax || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// SQLite compares names without case.
std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::array<std::string, kFields> columns_of(const RecordNames& names) {
  return {names.project_id,        names.vendor_id,    names.original_url, names.photo_url, names.processed,
          names.processing_status, names.processed_at, names.error,        names.job_id};
}

Result<void> check(const RecordNames& names) {
  const auto columns = columns_of(names);
  std::vector<std::string> all(columns.begin(), columns.end());
  all.insert(all.end(), {names.id, names.created_at, names.updated_at});
  std::set<std::string> seen;
  std::vector<FieldProblem> problems;
  for (const auto& name : all) {
    if (!is_identifier(name)) {
      problems.push_back({"column \"" + name + "\"", "is not a name of letters, digits and _"});
    } else if (!seen.insert(lower(name)).second) {
      problems.push_back({"column \"" + name + "\"", "is used twice"});
    }
  }
  if (!is_identifier(names.table)) {
    problems.push_back({"table \"" + names.table + "\"", "is not a name of letters, digits and _"});
  }
  if (problems.empty()) return {};
  return Error{.code = Errc::invalid_input,
               .message = "The record table's names are not valid",
               .fields = std::move(problems)};
}

std::string create_table_sql(const RecordNames& names) {
  const auto column = [](const std::string& name, const char* type) {
    return ", " + quoted_name(name) + type;
  };
  return "CREATE TABLE IF NOT EXISTS " + quoted_name(names.table) + " (" + quoted_name(names.id) +
         " TEXT PRIMARY KEY NOT NULL" + column(names.project_id, " TEXT") + column(names.vendor_id, " TEXT") +
         column(names.original_url, " TEXT") + column(names.photo_url, " TEXT") +
         column(names.processed, " INTEGER NOT NULL DEFAULT 0") + column(names.processing_status, " TEXT") +
         column(names.processed_at, " INTEGER") + column(names.error, " TEXT") +
         column(names.job_id, " TEXT") + column(names.created_at, " INTEGER") +
         column(names.updated_at, " INTEGER") + ") STRICT";
}

std::string upsert_sql(const RecordNames& names, FieldSet given) {
  const auto columns = columns_of(names);
  std::string into = quoted_name(names.id);
  std::string values = "?";
  std::string set;
  for (std::size_t i = 0; i < kFields; ++i) {
    if (!given.test(i)) continue;
    const std::string column = quoted_name(columns.at(i));
    into += ", " + column;
    values += ", ?";
    set += column + " = excluded." + column + ", ";
  }
  const std::string updated = quoted_name(names.updated_at);
  into += ", " + quoted_name(names.created_at) + ", " + updated;
  values += ", " + std::string(kNow) + ", " + std::string(kNow);
  set += updated + " = excluded." + updated;
  return "INSERT INTO " + quoted_name(names.table) + " (" + into + ") VALUES (" + values + ") ON CONFLICT (" +
         quoted_name(names.id) + ") DO UPDATE SET " + set;
}

std::string select_sql(const RecordNames& names) {
  std::string columns;
  for (const auto& column : columns_of(names)) columns += (columns.empty() ? "" : ", ") + quoted_name(column);
  return "SELECT " + columns + " FROM " + quoted_name(names.table) + " WHERE " + quoted_name(names.id) +
         " = ?";
}

}  // namespace cutroom::records_sqlite
