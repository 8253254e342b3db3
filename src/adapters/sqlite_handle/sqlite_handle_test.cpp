#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "adapters/sqlite_handle/database.hpp"
#include "adapters/sqlite_handle/statement.hpp"
#include "base/token.hpp"

namespace cutroom::sqlite_handle {
namespace {

class SqliteHandle : public testing::Test {
 protected:
  SqliteHandle() : folder_(std::filesystem::temp_directory_path() / ("cutroom-" + random_token(8))) {
    std::filesystem::create_directories(folder_);
  }
  ~SqliteHandle() override { std::filesystem::remove_all(folder_); }
  Database open() { return std::move(*Database::open({.file = folder_ / "x.db"})); }

  std::filesystem::path folder_;
};

TEST_F(SqliteHandle, brings_back_every_kind_of_value) {
  Database database = open();
  ASSERT_TRUE(database.exec("CREATE TABLE t(i INTEGER, r REAL, s TEXT, n TEXT) STRICT"));
  Statement insert(database, "INSERT INTO t VALUES (?, ?, ?, ?)");
  ASSERT_TRUE(insert.run(std::int64_t{1} << 60, 0.1, std::string("a\0b", 3), std::optional<std::string>()));
  Statement select(database, "SELECT * FROM t");
  auto rows = select.rows();
  ASSERT_TRUE(*rows.next());
  EXPECT_EQ(rows.integer(0), std::int64_t{1} << 60);
  EXPECT_EQ(rows.real(1), 0.1);
  EXPECT_EQ(rows.text(2), std::string("a\0b", 3));
  EXPECT_FALSE(rows.has(3));
  EXPECT_FALSE(*rows.next());
}

TEST_F(SqliteHandle, keeps_an_empty_text_apart_from_null) {
  Database database = open();
  ASSERT_TRUE(database.exec("CREATE TABLE t(s TEXT) STRICT"));
  ASSERT_TRUE(Statement(database, "INSERT INTO t VALUES (?)").run(std::string_view()));
  EXPECT_EQ(*database.number("SELECT count(*) FROM t WHERE s = ''"), 1);
}

TEST_F(SqliteHandle, runs_a_statement_again_after_it_failed) {
  Database database = open();
  ASSERT_TRUE(database.exec("CREATE TABLE t(i INTEGER PRIMARY KEY) STRICT"));
  Statement insert(database, "INSERT INTO t VALUES (?)");
  EXPECT_EQ(*insert.run(1), 1);
  const auto twice = insert.run(1);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::storage_failed);
  EXPECT_NE(twice.error().detail.find("UNIQUE"), std::string::npos);
  EXPECT_TRUE(insert.run(2));
}

TEST_F(SqliteHandle, reports_sql_that_is_wrong_when_it_is_first_run) {
  Database database = open();
  EXPECT_FALSE(Statement(database, "SELECT nonsense FROM nowhere").run());
  EXPECT_FALSE(Statement(database, "SELECT \"no such column\" FROM sqlite_schema").prepare());
}

TEST_F(SqliteHandle, reports_a_file_that_is_no_database) {
  std::ofstream(folder_ / "x.db") << std::string(10'000, 'x');
  const auto database = Database::open({.file = folder_ / "x.db"});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, Errc::storage_failed);
}

TEST_F(SqliteHandle, reports_a_folder_that_is_not_there) {
  EXPECT_FALSE(Database::open({.file = folder_ / "none" / "x.db"}));
}

TEST_F(SqliteHandle, rolls_back_only_what_is_open) {
  Database database = open();
  database.roll_back();
  ASSERT_TRUE(database.exec("CREATE TABLE t(i INTEGER) STRICT; BEGIN; INSERT INTO t VALUES (1)"));
  EXPECT_TRUE(database.in_transaction());
  database.roll_back();
  EXPECT_EQ(*database.number("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteHandle, quotes_any_name) { EXPECT_EQ(quoted_name("a\"b"), "\"a\"\"b\""); }

}  // namespace
}  // namespace cutroom::sqlite_handle
