// What delivery/record_store.hpp says, for every record store. A further one: one line in kinds().
#include "delivery/record_store.hpp"

#include <functional>
#include <optional>
#include <ostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/records_sqlite/sqlite_records.hpp"
#include "scratch_folder.hpp"

namespace cutroom::conformance {
namespace {

using delivery::Record;
using delivery::RecordUpdate;

// Where one store's records are; gone with all it holds when it is destroyed.
class RecordHome {
 public:
  virtual ~RecordHome() = default;
  virtual std::unique_ptr<delivery::RecordStore> open() = 0;
};

class SqliteRecordHome final : public RecordHome {
 public:
  std::unique_ptr<delivery::RecordStore> open() override {
    return std::move(records_sqlite::open_sqlite_records({.file = folder_.path() / "records.db"})).value();
  }

 private:
  ScratchFolder folder_;
};

struct RecordKind {
  std::string name;
  std::function<std::unique_ptr<RecordHome>()> make_home;
};
std::ostream& operator<<(std::ostream& out, const RecordKind& kind) { return out << kind.name; }

std::vector<RecordKind> kinds() {
  return {
      {.name = "sqlite", .make_home = [] { return std::make_unique<SqliteRecordHome>(); }},
  };
}

class RecordStore : public testing::TestWithParam<RecordKind> {
 protected:
  RecordStore() : home_(GetParam().make_home()), store_(home_->open()) {}

  Result<void> update(RecordUpdate change) {
    std::optional<Result<void>> answer;
    run(into(store_->update(std::move(change)), answer));
    return *answer;
  }
  Result<Record> get(const std::string& id) {
    std::optional<Result<Record>> answer;
    run(into(store_->get(id), answer));
    return *answer;
  }
  void reopen() {
    store_.reset();
    store_ = home_->open();
  }
  delivery::RecordStore& store() { return *store_; }
  boost::asio::io_context& io() { return io_; }

  template <class T>
  static boost::asio::awaitable<void> into(boost::asio::awaitable<T> call, std::optional<T>& answer) {
    answer.emplace(co_await std::move(call));
  }

 private:
  void run(boost::asio::awaitable<void> call) {
    boost::asio::co_spawn(io_, std::move(call), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io_.restart();
    io_.run();
  }

  boost::asio::io_context io_;
  std::unique_ptr<RecordHome> home_;
  std::unique_ptr<delivery::RecordStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Conformance, RecordStore, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

const RecordUpdate kFull{.record_id = "r-1",
                         .project_id = "p-1",
                         .vendor_id = "käufer",
                         .original_url = "http://a/1.jpg",
                         .photo_url = "http://b/1.png",
                         .processed = true,
                         .processing_status = "completed",
                         .processed_at = TimePoint{Millis{1'700'000'000'123}},
                         .error = "none",
                         .job_id = "77"};
const Record kFullRecord{.record_id = "r-1",
                         .project_id = "p-1",
                         .vendor_id = "käufer",
                         .original_url = "http://a/1.jpg",
                         .photo_url = "http://b/1.png",
                         .processed = true,
                         .processing_status = "completed",
                         .processed_at = TimePoint{Millis{1'700'000'000'123}},
                         .error = "none",
                         .job_id = "77"};

TEST_P(RecordStore, makes_the_row_where_there_is_none) {
  EXPECT_EQ(get("r-1").error().code, Errc::not_found);
  ASSERT_TRUE(update(kFull));
  EXPECT_EQ(get("r-1").value(), kFullRecord);
}

TEST_P(RecordStore, makes_a_row_of_an_id_alone) {
  ASSERT_TRUE(update({.record_id = "r-2"}));
  EXPECT_EQ(get("r-2").value(), Record{.record_id = "r-2"});
}

TEST_P(RecordStore, keeps_the_value_of_every_field_left_empty) {
  ASSERT_TRUE(update(kFull));
  ASSERT_TRUE(update({.record_id = "r-1", .processing_status = "processing"}));
  auto expected = kFullRecord;
  expected.processing_status = "processing";
  EXPECT_EQ(get("r-1").value(), expected);
  ASSERT_TRUE(update({.record_id = "r-1"}));
  EXPECT_EQ(get("r-1").value(), expected);
  ASSERT_TRUE(update({.record_id = "r-1", .processed = false}));
  expected.processed = false;
  EXPECT_EQ(get("r-1").value(), expected);
}

TEST_P(RecordStore, changes_each_field_on_its_own) {
  ASSERT_TRUE(update({.record_id = "r", .project_id = "a"}));
  ASSERT_TRUE(update({.record_id = "r", .vendor_id = "b"}));
  ASSERT_TRUE(update({.record_id = "r", .original_url = "c"}));
  ASSERT_TRUE(update({.record_id = "r", .photo_url = "d"}));
  ASSERT_TRUE(update({.record_id = "r", .processed = true}));
  ASSERT_TRUE(update({.record_id = "r", .processing_status = "queued"}));
  ASSERT_TRUE(update({.record_id = "r", .processed_at = TimePoint{Millis{5}}}));
  ASSERT_TRUE(update({.record_id = "r", .error = "f"}));
  ASSERT_TRUE(update({.record_id = "r", .job_id = "g"}));
  const Record expected{.record_id = "r",
                        .project_id = "a",
                        .vendor_id = "b",
                        .original_url = "c",
                        .photo_url = "d",
                        .processed = true,
                        .processing_status = "queued",
                        .processed_at = TimePoint{Millis{5}},
                        .error = "f",
                        .job_id = "g"};
  EXPECT_EQ(get("r").value(), expected);
}

TEST_P(RecordStore, clears_the_error_with_empty_text) {
  ASSERT_TRUE(update(kFull));
  ASSERT_TRUE(update({.record_id = "r-1", .error = ""}));
  EXPECT_EQ(get("r-1").value().error, "");
}

TEST_P(RecordStore, writes_the_same_row_when_an_update_comes_twice) {
  ASSERT_TRUE(update(kFull));
  ASSERT_TRUE(update(kFull));
  EXPECT_EQ(get("r-1").value(), kFullRecord);
}

TEST_P(RecordStore, takes_ids_and_values_as_they_are) {
  const std::string odd = "'; DROP TABLE data_records; -- \"` % _ \\ ü 🙂";
  ASSERT_TRUE(update({.record_id = odd, .photo_url = odd, .error = std::string(100'000, 'x')}));
  ASSERT_TRUE(update({.record_id = "1", .photo_url = "other"}));
  EXPECT_EQ(get(odd).value().photo_url, odd);
  EXPECT_EQ(get(odd).value().error.size(), 100'000U);
  EXPECT_EQ(get("01").error().code, Errc::not_found);
}

TEST_P(RecordStore, is_durable_when_it_answers) {
  ASSERT_TRUE(update(kFull));
  reopen();
  EXPECT_EQ(get("r-1").value(), kFullRecord);
}

TEST_P(RecordStore, makes_all_of_many_updates_at_once) {
  std::vector<std::optional<Result<void>>> answers(200);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    RecordUpdate change{.record_id = std::to_string(i % 100)};
    (i < 100 ? change.photo_url : change.error) = "v" + std::to_string(i);
    boost::asio::co_spawn(io(), into(store().update(std::move(change)), answers[i]),
                          [](std::exception_ptr e) {
                            if (e) std::rethrow_exception(e);
                          });
  }
  io().restart();
  io().run();
  for (const auto& answer : answers) EXPECT_TRUE(answer.value());
  for (int i = 0; i < 100; ++i) {
    const auto record = get(std::to_string(i)).value();
    EXPECT_EQ(record.photo_url, "v" + std::to_string(i));
    EXPECT_EQ(record.error, "v" + std::to_string(i + 100));
  }
}

}  // namespace
}  // namespace cutroom::conformance
