#include "adapters/records_sqlite/sqlite_records.hpp"

#include <array>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "adapters/records_sqlite/record_sql.hpp"
#include "adapters/sqlite_handle/database.hpp"
#include "adapters/sqlite_handle/statement.hpp"
#include "base/batch_thread.hpp"

namespace cutroom::records_sqlite {
namespace {

using boost::asio::awaitable;
using delivery::Record;
using delivery::RecordUpdate;
using sqlite_handle::Database;
using sqlite_handle::Statement;
using sqlite_handle::Value;

// The table, on the store's thread.
class RecordTable {
 public:
  RecordTable(Database database, RecordNames names)
      : database_(std::move(database)), names_(std::move(names)) {}
  RecordTable(const RecordTable&) = delete;  // The statements point into it.
  RecordTable& operator=(const RecordTable&) = delete;

  // Finds a column, or the key, that somebody else's table lacks.
  Result<void> check_columns() {
    if (const auto fits = select_.prepare(); !fits) return fits;
    return Statement(database_, upsert_sql(names_, FieldSet().set())).prepare();
  }

  // An update is one statement, so one that fails has changed nothing, and the others of its batch are
  // committed.
  Result<void> begin() { return done(begin_.run()); }
  Result<void> commit() {
    const auto committed = done(commit_.run());
    if (!committed) database_.roll_back();
    return committed;
  }

  Result<void> update(const RecordUpdate& update) {
    const std::array<Value, kFields> values{
        update.project_id,          update.vendor_id, update.original_url,
        update.photo_url,           update.processed, update.processing_status,
        ms_of(update.processed_at), update.error,     update.job_id};
    const FieldSet given = fields_of(update);
    const auto at = upserts_.find(given.to_ulong());
    Statement& upsert =
        at != upserts_.end()
            ? at->second
            : upserts_.try_emplace(given.to_ulong(), database_, upsert_sql(names_, given)).first->second;
    std::vector<Value> bound{update.record_id};
    for (std::size_t i = 0; i < kFields; ++i) {
      if (given.test(i)) bound.push_back(values.at(i));
    }
    return done(upsert.run_with(bound));
  }

  Result<Record> get(const std::string& record_id) {
    auto rows = select_.rows(record_id);
    const auto found = rows.next();
    if (!found) return found.error();
    if (!*found) return Error{.code = Errc::not_found, .message = "Record not found"};
    Record record{.record_id = record_id,
                  .project_id = rows.text(0),
                  .vendor_id = rows.text(1),
                  .original_url = rows.text(2),
                  .photo_url = rows.text(3),
                  .processed = rows.integer(4) != 0,
                  .processing_status = rows.text(5),
                  .error = rows.text(7),
                  .job_id = rows.text(8)};
    if (rows.has(6)) record.processed_at = from_unix_ms(rows.integer(6));
    return record;
  }

 private:
  static Result<void> done(const Result<int>& ran) {
    if (!ran) return ran.error();
    return {};
  }
  static std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
    if (!time) return std::nullopt;
    return to_unix_ms(*time);
  }
  // In the order of columns_of().
  static FieldSet fields_of(const RecordUpdate& update) {
    FieldSet given;
    std::size_t i = 0;
    for (const bool has :
         {update.project_id.has_value(), update.vendor_id.has_value(), update.original_url.has_value(),
          update.photo_url.has_value(), update.processed.has_value(), update.processing_status.has_value(),
          update.processed_at.has_value(), update.error.has_value(), update.job_id.has_value()}) {
      given.set(i++, has);
    }
    return given;
  }

  Database database_;
  const RecordNames names_;
  Statement begin_{database_, "BEGIN"};
  Statement commit_{database_, "COMMIT"};
  Statement select_{database_, select_sql(names_)};
  std::map<unsigned long, Statement> upserts_;  // By the fields given: 512 at most, a handful in practice.
};

class SqliteRecords final : public delivery::RecordStore {
 public:
  explicit SqliteRecords(std::unique_ptr<RecordTable> table)
      : table_(std::move(table)),
        thread_("records", {.begin = [this] { return table_->begin(); },
                            .commit = [this] { return table_->commit(); }}) {}

  awaitable<Result<void>> update(RecordUpdate update) override {
    return thread_.run([this, update = std::move(update)] { return table_->update(update); });
  }
  awaitable<Result<Record>> get(std::string record_id) override {
    return thread_.run([this, record_id = std::move(record_id)] { return table_->get(record_id); });
  }

 private:
  std::unique_ptr<RecordTable> table_;  // The thread's alone.
  BatchThread thread_;                  // Joined first.
};

}  // namespace

Result<std::unique_ptr<delivery::RecordStore>> open_sqlite_records(Options options) {
  if (const auto checked = check(options.names); !checked) return checked.error();
  const auto named = [](Error error, const char* message) {
    error.message = message;
    return error;
  };
  if (const auto folder = options.file.parent_path(); !folder.empty()) {
    std::error_code made;  // Opening tells where it failed.
    std::filesystem::create_directories(folder, made);
  }
  auto database = Database::open({.file = options.file});
  constexpr auto kUnreadable = "The record database can't be read: its file is damaged, or its disk fails";
  if (!database) return named(database.error(), kUnreadable);
  if (const auto made = database->exec(create_table_sql(options.names)); !made) {
    return named(made.error(), kUnreadable);
  }
  auto table = std::make_unique<RecordTable>(std::move(*database), options.names);
  if (const auto fits = table->check_columns(); !fits) {
    return named(fits.error(), "The record table lacks a column, or its id is not a key");
  }
  return std::make_unique<SqliteRecords>(std::move(table));
}

}  // namespace cutroom::records_sqlite
