// The statements of the record store, as text, for any names.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <string>

#include "adapters/records_sqlite/sqlite_records.hpp"
#include "base/error.hpp"

namespace cutroom::records_sqlite {

// The fields that an update may leave out, in the order of columns_of().
inline constexpr std::size_t kFields = 9;
using FieldSet = std::bitset<kFields>;

std::array<std::string, kFields> columns_of(const RecordNames&);
// invalid_input. Names can't be bound as values, so only harmless ones get into a statement: letters, digits,
// _.
Result<void> check(const RecordNames&);

std::string create_table_sql(const RecordNames&);
// ?1 is the id, then the fields given.
std::string upsert_sql(const RecordNames&, FieldSet given);
std::string select_sql(const RecordNames&);

}  // namespace cutroom::records_sqlite
