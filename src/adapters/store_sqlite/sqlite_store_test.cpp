// What only this store promises: the folder is locked, files that can't be used are refused in words, a
// failed commit takes everything back.
#include "adapters/store_sqlite/sqlite_store.hpp"

#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/sqlite_handle/database.hpp"
#include "base/token.hpp"

namespace cutroom::store_sqlite {
namespace {

constexpr TimePoint kStart{Millis{1'700'000'000'000}};

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() : folder_(std::filesystem::temp_directory_path() / ("cutroom-" + random_token(8))) {}
  ~SqliteStoreTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "jobs.db"; }
  Result<std::unique_ptr<jobs::JobStore>> open() {
    return open_sqlite_store({.file = file()}, io_.get_executor());
  }
  template <class T>
  T run(boost::asio::awaitable<T> call) {
    std::optional<T> answer;
    boost::asio::co_spawn(io_, into(std::move(call), answer), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io_.restart();
    io_.run();
    return std::move(answer).value();
  }
  template <class T>
  static boost::asio::awaitable<void> into(boost::asio::awaitable<T> call, std::optional<T>& answer) {
    answer.emplace(co_await std::move(call));
  }
  static std::vector<jobs::NewJob> many(std::size_t n, std::size_t payload = 10) {
    return std::vector<jobs::NewJob>(
        n, {.queue = "q", .vendor = "v", .payload_json = std::string(payload, 'x')});
  }

  boost::asio::io_context io_;
  std::filesystem::path folder_;
};

TEST_F(SqliteStoreTest, makes_its_folder_and_locks_it_against_a_second_one) {
  auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_NE(second.error().text().find(folder_.string()), std::string::npos);
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(SqliteStoreTest, locks_its_folder_against_another_process_until_that_one_dies) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto store = open();
    const char told = store ? 'y' : 'n';
    (void)!write(ready[1], &told, 1);
    pause();
    _exit(0);
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  ASSERT_EQ(told, 'y');
  EXPECT_EQ(open().error().code, Errc::conflict);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  EXPECT_TRUE(open());
}

TEST_F(SqliteStoreTest, refuses_a_file_that_is_no_database) {
  std::filesystem::create_directories(folder_);
  std::ofstream(file()) << std::string(100'000, 'x');
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::storage_failed);
  EXPECT_NE(store.error().text().find("damaged"), std::string::npos);
}

TEST_F(SqliteStoreTest, refuses_another_programs_database) {
  std::filesystem::create_directories(folder_);
  {
    auto other = sqlite_handle::Database::open({.file = file()});
    ASSERT_TRUE(other->exec("CREATE TABLE jobs (id INTEGER)"));
  }
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::conflict);
  EXPECT_NE(store.error().text().find("another program"), std::string::npos);
}

TEST_F(SqliteStoreTest, refuses_a_newer_versions_database) {
  {
    ASSERT_TRUE(open());
  }
  {
    auto database = sqlite_handle::Database::open({.file = file()});
    ASSERT_TRUE(database->exec("PRAGMA user_version = 1000"));
  }
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::conflict);
  EXPECT_NE(store.error().text().find("newer version"), std::string::npos);
}

// Whatever bytes are lost or wrong, opening and working either succeeds or fails with an error.
TEST_F(SqliteStoreTest, survives_a_damaged_file_without_a_crash) {
  {
    auto store = open();
    run((*store)->add(many(2'000, 100), kStart)).value();
    run((*store)->claim({.queue = "q", .now = kStart})).value();
  }
  std::ifstream in(file(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  ASSERT_GT(whole.size(), 100'000U);
  int refused = 0;
  for (std::size_t page = 0; page < whole.size() / 4096; page += 3) {
    std::string broken = whole;
    for (std::size_t i = 0; i < 64; ++i) broken[page * 4096 + i * 61] = static_cast<char>(0xA5);
    if (page % 2 == 0) broken.resize((page + 1) * 4096 + 17);
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << broken;
    std::filesystem::remove(file().string() + "-wal");
    std::filesystem::remove(file().string() + "-shm");
    auto store = open();
    if (!store) {
      ++refused;
      continue;
    }
    for (int i = 0; i < 20; ++i) {
      const auto claimed = run((*store)->claim({.queue = "q", .now = kStart}));
      if (claimed) continue;
      EXPECT_EQ(claimed.error().code, Errc::storage_failed) << claimed.error().detail;
    }
    (void)run((*store)->add(many(5), kStart));
    (void)run((*store)->recover_expired(TimePoint::max()));
  }
  EXPECT_GT(refused, 0);
}

TEST_F(SqliteStoreTest, refuses_rows_that_contradict_one_another) {
  {
    auto store = open();
    run((*store)->add(many(3), kStart)).value();
  }
  for (const char* damage : {"DELETE FROM queues", "DELETE FROM lanes", "UPDATE numbers SET next = 2",
                             "INSERT INTO leases VALUES (77, 't', 0, 0, 0)"}) {
    const auto copy = folder_ / "copy.db";
    std::filesystem::copy_file(file(), copy, std::filesystem::copy_options::overwrite_existing);
    {
      auto database = sqlite_handle::Database::open({.file = copy});
      ASSERT_TRUE(database->exec(damage));
    }
    const auto store = open_sqlite_store({.file = copy}, io_.get_executor());
    ASSERT_FALSE(store) << damage;
    EXPECT_EQ(store.error().code, Errc::storage_failed) << damage;
  }
}

// A limit on the size of files is what a full disk looks like to SQLite.
TEST_F(SqliteStoreTest, takes_everything_back_when_a_commit_fails_and_goes_on_when_there_is_room) {
  auto opened = open();
  auto& store = **opened;
  const auto ids = run(store.add(many(100), kStart)).value();
  const auto lease = run(store.claim({.queue = "q", .now = kStart})).value().job->lease;
  const auto counts = run(store.counts("q")).value();

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit full = before;
  full.rlim_cur = 200'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto refused = run(store.add(many(1'000, 1'000), kStart));
  for (int i = 0; i < 200; ++i) {
    if (!run(store.claim({.queue = "q", .now = kStart}))) break;
  }
  const auto completed = run(store.complete(lease, std::string(500'000, 'r'), kStart));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::storage_failed);
  ASSERT_FALSE(completed);
  EXPECT_EQ(completed.error().code, Errc::storage_failed);
  const auto after = run(store.counts("q")).value();
  EXPECT_EQ(after.waiting + after.active, counts.waiting + counts.active);
  EXPECT_TRUE(run(store.complete(lease, "{}", kStart)));
  EXPECT_EQ(run(store.get(ids[0])).value().state, jobs::JobState::completed);
  const auto next = run(store.add(many(1), kStart)).value();
  EXPECT_EQ(next[0], std::to_string(std::stoi(ids.back()) + 1));
}

TEST_F(SqliteStoreTest, tells_of_work_once_per_queue_and_batch_and_not_of_a_failed_one) {
  auto store = open();
  int told = 0;
  (*store)->on_work([&](const std::string&) { ++told; });
  run((*store)->add(many(1'000), kStart)).value();
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(run((*store)->add({{.queue = "q", .vendor = ""}}, kStart)));
  EXPECT_EQ(told, 1);
}

TEST_F(SqliteStoreTest, finds_its_jobs_after_a_process_was_killed) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = open();
    run((*store)->add(many(10), kStart)).value();
    run((*store)->claim({.queue = "q", .now = kStart})).value();
    (void)!write(ready[1], "y", 1);
    pause();
    _exit(0);
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  auto store = open();
  EXPECT_EQ(run((*store)->counts("q")).value(), (jobs::QueueCounts{.waiting = 9, .active = 1}));
  EXPECT_EQ(run((*store)->recover_expired(TimePoint::max())).value().waiting.size(), 1U);
}

}  // namespace
}  // namespace cutroom::store_sqlite
