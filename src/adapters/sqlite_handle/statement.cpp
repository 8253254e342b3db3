#include "adapters/sqlite_handle/statement.hpp"

namespace cutroom::sqlite_handle {

int Value::bind(sqlite3_stmt* statement, int index) const {
  switch (kind_) {
    case Kind::integer:
      return sqlite3_bind_int64(statement, index, integer_);
    case Kind::real:
      return sqlite3_bind_double(statement, index, real_);
    case Kind::text:
      // A null pointer would bind NULL; an empty view may hold one.
      return sqlite3_bind_text64(statement, index, text_.data() != nullptr ? text_.data() : "", text_.size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
    case Kind::null:
      break;
  }
  return sqlite3_bind_null(statement, index);
}

Result<void> Statement::prepare() {
  if (prepared_) return {};
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_->handle(), sql_.data(), static_cast<int>(sql_.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  prepared_.reset(statement);
  if (code != SQLITE_OK) return database_->last_error(sql_);
  return {};
}

Result<int> Statement::run_with(std::span<const Value> values) {
  Rows running = rows_with(values);
  const auto row = running.next();
  if (!row) return row.error();
  return sqlite3_changes(database_->handle());
}

Statement::Rows Statement::rows_with(std::span<const Value> values) {
  if (const auto prepared = prepare(); !prepared) return Rows(nullptr, prepared.error());
  int index = 0;
  for (const Value& value : values) {
    if (value.bind(prepared_.get(), ++index) != SQLITE_OK) return Rows(this, database_->last_error(sql_));
  }
  return Rows(this, std::nullopt);
}

Statement::Rows::~Rows() {
  // Its answer repeats the error of the last step, which next() has given.
  if (statement_ != nullptr) sqlite3_reset(statement_->prepared_.get());
}

Result<bool> Statement::Rows::next() {
  if (failed_) return *failed_;
  const int code = sqlite3_step(statement_->prepared_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return statement_->database_->last_error(statement_->sql_);
}

bool Statement::Rows::has(int column) const {
  return sqlite3_column_type(statement_->prepared_.get(), column) != SQLITE_NULL;
}

std::int64_t Statement::Rows::integer(int column) const {
  return sqlite3_column_int64(statement_->prepared_.get(), column);
}

double Statement::Rows::real(int column) const {
  return sqlite3_column_double(statement_->prepared_.get(), column);
}

std::string_view Statement::Rows::view(int column) const {
  auto* statement = statement_->prepared_.get();
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace cutroom::sqlite_handle
