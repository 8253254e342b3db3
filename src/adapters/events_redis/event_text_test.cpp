#include "adapters/events_redis/event_text.hpp"

#include <gtest/gtest.h>

namespace cutroom::events_redis {
namespace {

using engine::Event;
using engine::EventType;

void expect_same(const Event& a, const Event& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.mark, b.mark);
  EXPECT_EQ(a.job, b.job);
  EXPECT_EQ(a.batch, b.batch);
  EXPECT_EQ(a.vendor, b.vendor);
  EXPECT_EQ(a.queue, b.queue);
  EXPECT_EQ(a.progress, b.progress);
  EXPECT_EQ(a.text, b.text);
}

TEST(EventText, comes_back_as_it_was) {
  Event full{.number = 7,
             .mark = 4'000'000'000,
             .type = EventType::completed,
             .job = "12",
             .batch = "b1",
             .vendor = "Käufer",
             .queue = "face-crop",
             .progress = 100,
             .text = "{\"a\":\"x\\ny\"}\n"};
  Event bare{.number = 8,
             .mark = 1,
             .type = EventType::batch_completed,
             .job = {},
             .batch = {},
             .vendor = {},
             .queue = {},
             .text = {}};
  for (const Event& event : {full, bare}) {
    const std::string text = entry_of(event);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "entries are put together line by line";
    const Entry entry = entry_from(text, event.number);
    ASSERT_TRUE(entry.event);
    EXPECT_EQ(entry.mark, event.mark);
    expect_same(*entry.event, event);
  }
}

TEST(EventText, is_a_fresh_start_where_there_is_no_event_that_can_be_read) {
  EXPECT_FALSE(entry_from(fresh_start(77), 1).event);
  EXPECT_EQ(entry_from(fresh_start(77), 1).mark, 77U);
  for (const char* text :
       {"", "x", "5 ", "5 {}", "5 {\"type\":\"of-a-newer-version\"}", "5 [1", "5 {\"type\":1}"})
    EXPECT_FALSE(entry_from(text, 1).event) << text;
}

TEST(EventText, reads_ids_of_the_log) {
  EXPECT_EQ(log_id_from("1764000000123-42"), (LogId{"1764000000123", 42}));
  EXPECT_EQ(to_string(LogId{"1764000000123", 42}), "1764000000123-42");
  for (const char* wrong : {"", "1", "1-", "1-x", "1-2-3"}) EXPECT_FALSE(log_id_from(wrong)) << wrong;
}

TEST(EventText, marks_are_never_nothing) {
  for (int i = 0; i < 1'000; ++i) EXPECT_NE(random_mark(), 0U);
}

}  // namespace
}  // namespace cutroom::events_redis
