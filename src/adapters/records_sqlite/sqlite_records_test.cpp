// What only this store promises: names of any table, and plain words where a file can't be used.
#include "adapters/records_sqlite/sqlite_records.hpp"

#include <fstream>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/sqlite_handle/database.hpp"
#include "base/token.hpp"

namespace cutroom::records_sqlite {
namespace {

class SqliteRecordsTest : public testing::Test {
 public:
  ~SqliteRecordsTest() override { std::filesystem::remove_all(folder); }

 protected:
  SqliteRecordsTest() : folder(std::filesystem::temp_directory_path() / ("cutroom-" + random_token(8))) {}

  std::filesystem::path file() const { return folder / "records.db"; }
  template <class T>
  T run(boost::asio::awaitable<T> call) {
    std::optional<T> answer;
    boost::asio::co_spawn(io, into(std::move(call), answer), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io.restart();
    io.run();
    return std::move(answer).value();
  }
  template <class T>
  static boost::asio::awaitable<void> into(boost::asio::awaitable<T> call, std::optional<T>& answer) {
    answer.emplace(co_await std::move(call));
  }

  boost::asio::io_context io;
  std::filesystem::path folder;
};

TEST_F(SqliteRecordsTest, uses_the_names_it_is_given) {
  {
    auto records = open_sqlite_records(
        {.file = file(), .names = {.table = "Pictures", .id = "picture_no", .photo_url = "select"}});
    ASSERT_TRUE(records);
    ASSERT_TRUE(run((*records)->update({.record_id = "1", .photo_url = "http://x/1.png"})));
  }
  auto database = sqlite_handle::Database::open({.file = file()});
  EXPECT_EQ(
      *database->number(
          R"(SELECT count(*) FROM "Pictures" WHERE "picture_no" = '1' AND "select" = 'http://x/1.png')"),
      1);
}

TEST_F(SqliteRecordsTest, notes_when_a_row_was_made_and_changed) {
  {
    auto records = open_sqlite_records({.file = file()});
    ASSERT_TRUE(run((*records)->update({.record_id = "1"})));
  }
  auto database = sqlite_handle::Database::open({.file = file()});
  const auto now = to_unix_ms(SystemClock().now());
  EXPECT_NEAR(static_cast<double>(*database->number("SELECT created_at FROM data_records")),
              static_cast<double>(now), 60'000.0);
  ASSERT_TRUE(database->exec("UPDATE data_records SET created_at = 1, updated_at = 1"));
  {
    auto records = open_sqlite_records({.file = file()});
    ASSERT_TRUE(run((*records)->update({.record_id = "1", .error = "x"})));
  }
  EXPECT_EQ(*database->number("SELECT created_at FROM data_records"), 1);
  EXPECT_GE(*database->number("SELECT updated_at FROM data_records"), now);
}

TEST_F(SqliteRecordsTest, never_dates_a_change_before_it_was_asked_for_nor_after_it_was_made) {
  auto records = open_sqlite_records({.file = file()});
  auto database = sqlite_handle::Database::open({.file = file()});
  for (int i = 0; i < 100; ++i) {
    const auto asked = to_unix_ms(SystemClock().now());
    ASSERT_TRUE(run((*records)->update({.record_id = "1"})));
    const auto made = to_unix_ms(SystemClock().now());
    const auto dated = database->number("SELECT updated_at FROM data_records");
    ASSERT_GE(*dated, asked);
    ASSERT_LE(*dated, made);
  }
}

TEST_F(SqliteRecordsTest, refuses_names_that_are_not_plain_identifiers) {
  for (const std::string& name : {std::string("a b"), std::string("a\"; DROP TABLE x; --"), std::string(""),
                                  std::string("1a"), std::string("a.b"), std::string(65, 'a')}) {
    const auto table = open_sqlite_records({.file = file(), .names = {.table = name}});
    ASSERT_FALSE(table) << name;
    EXPECT_EQ(table.error().code, Errc::invalid_input);
    EXPECT_EQ(table.error().fields.size(), 1U);
    EXPECT_FALSE(open_sqlite_records({.file = file(), .names = {.error = name}})) << name;
  }
  EXPECT_FALSE(open_sqlite_records({.file = file(), .names = {.error = "PHOTO_url"}}));
}

TEST_F(SqliteRecordsTest, refuses_a_table_that_lacks_a_column_or_its_key) {
  const auto lacks = [&](const std::string& change) {
    std::filesystem::remove_all(folder);
    {
      EXPECT_TRUE(open_sqlite_records({.file = file()}));
    }
    {
      auto database = sqlite_handle::Database::open({.file = file()});
      EXPECT_TRUE(database->exec(change)) << change;
    }
    const auto records = open_sqlite_records({.file = file()});
    EXPECT_FALSE(records) << change;
    return records ? std::string() : records.error().text() + records.error().detail;
  };
  EXPECT_NE(lacks("ALTER TABLE data_records DROP COLUMN project_id").find("project_id"), std::string::npos);
  EXPECT_NE(lacks("ALTER TABLE data_records DROP COLUMN updated_at").find("column"), std::string::npos);
  EXPECT_NE(
      lacks("ALTER TABLE data_records RENAME TO x; CREATE TABLE data_records AS SELECT * FROM x").find("key"),
      std::string::npos);
}

TEST_F(SqliteRecordsTest, refuses_a_file_that_is_no_database) {
  std::filesystem::create_directories(folder);
  std::ofstream(file()) << std::string(100'000, 'x');
  const auto records = open_sqlite_records({.file = file()});
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, Errc::storage_failed);
}

}  // namespace
}  // namespace cutroom::records_sqlite
