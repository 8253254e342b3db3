// A prepared statement: prepared at its first use, kept for all further ones.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "adapters/sqlite_handle/database.hpp"

namespace cutroom::sqlite_handle {

// A value for one ?. Text is not copied: what it points to must live until the run ends.
class Value {
 public:
  Value(std::int64_t value) : kind_(Kind::integer), integer_(value) {}     // NOLINT: meant to convert.
  Value(int value) : Value(std::int64_t{value}) {}                         // NOLINT
  Value(std::uint64_t value) : Value(static_cast<std::int64_t>(value)) {}  // NOLINT: job numbers; 63 bits.
  Value(bool value) : Value(std::int64_t{value ? 1 : 0}) {}                // NOLINT
  Value(double value) : kind_(Kind::real), real_(value) {}                 // NOLINT
  Value(std::string_view value) : kind_(Kind::text), text_(value) {}       // NOLINT
  Value(const std::string& value) : Value(std::string_view(value)) {}      // NOLINT
  Value(const char*) = delete;                                             // Would pass as bool.
  Value(std::nullptr_t) {}                                                 // NOLINT
  template <class T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value(nullptr)) {}  // NOLINT

  int bind(sqlite3_stmt*, int index) const;

 private:
  enum class Kind : std::uint8_t { null, integer, real, text };
  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;
  double real_ = 0.0;
  std::string_view text_{};
};

class Statement {
 public:
  // `database` must outlive it.
  Statement(Database& database, std::string sql) : database_(&database), sql_(std::move(sql)) {}

  // For who wants to know early that the SQL fits the database.
  Result<void> prepare();

  // Binds, runs to the end, answers the number of rows changed.
  template <class... Values>
  Result<int> run(const Values&... values) {
    const std::array<Value, sizeof...(Values)> bound{Value(values)...};
    return run_with(bound);
  }
  Result<int> run_with(std::span<const Value> values);

  // One run that gives rows. The statement is free for its next run when this is gone.
  class Rows {
   public:
    Rows(Rows&& other) noexcept : statement_(other.statement_), failed_(std::move(other.failed_)) {
      other.statement_ = nullptr;
    }
    Rows& operator=(Rows&&) = delete;
    ~Rows();

    // False after the last row.
    Result<bool> next();

    // Columns of the present row.
    bool has(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    double real(int column) const;
    std::string text(int column) const { return std::string(view(column)); }
    std::string_view view(int column) const;  // Valid until next().

   private:
    friend Statement;
    Rows(Statement* statement, std::optional<Error> failed)
        : statement_(statement), failed_(std::move(failed)) {}
    Statement* statement_;
    std::optional<Error> failed_;
  };
  template <class... Values>
  Rows rows(const Values&... values) {
    const std::array<Value, sizeof...(Values)> bound{Value(values)...};
    return rows_with(bound);
  }
  Rows rows_with(std::span<const Value> values);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Database* database_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> prepared_;
};

}  // namespace cutroom::sqlite_handle
