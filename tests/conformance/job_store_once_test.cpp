// Calls that are done once, however often they are made: on every store.
#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

class JobStoreOnce : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreOnce() : StoreDriver(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreOnce, testing::ValuesIn(store_kinds()),
                         [](const auto& test) { return test.param.name; });

TEST_P(JobStoreOnce, the_same_call_with_the_same_key_is_done_once) {
  const auto call = [&](const std::string& fingerprint, TimePoint now, const std::string& scope = "v") {
    return run(store().accept(
        {.jobs = {job_of("v"), job_of("v")},
         .as_batch = true,
         .once = jobs::Once{.scope = scope, .key = "k", .fingerprint = fingerprint, .note = "first"}},
        now));
  };
  const auto first = call("a", kStart);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->repeated);
  const auto again = call("a", kStart + jobs::kOnceKept - Millis{1});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->ids, first->ids);
  EXPECT_EQ(again->batch, first->batch);
  EXPECT_EQ(again->note, "first");
  EXPECT_EQ(counts().waiting, 2U);
  EXPECT_EQ(call("b", kStart).error().code, Errc::idempotency_conflict);
  EXPECT_FALSE(call("b", kStart, "another vendor")->repeated);
  EXPECT_FALSE(call("b", kStart + jobs::kOnceKept)->repeated) << "a day later it is a new call";
}

TEST_P(JobStoreOnce, a_repeated_call_is_known_without_making_it) {
  const auto once_of = [](const std::string& fingerprint, const std::string& scope = "v") {
    return jobs::Once{.scope = scope, .key = "k", .fingerprint = fingerprint, .note = "first"};
  };
  const auto before = run(store().repeated(once_of("a"), kStart));
  ASSERT_TRUE(before);
  EXPECT_FALSE(*before) << "nobody has made it yet";
  const auto first = run(store().accept({.jobs = {job_of("v")}, .once = once_of("a")}, kStart));
  ASSERT_TRUE(first);
  const auto known = run(store().repeated(once_of("a"), kStart + jobs::kOnceKept - Millis{1}));
  ASSERT_TRUE(known && *known);
  EXPECT_TRUE((*known)->repeated);
  EXPECT_EQ((*known)->ids, first->ids);
  EXPECT_EQ((*known)->note, "first");
  EXPECT_EQ(run(store().repeated(once_of("b"), kStart)).error().code, Errc::idempotency_conflict);
  EXPECT_FALSE(*run(store().repeated(once_of("a", "another vendor"), kStart)));
  EXPECT_FALSE(*run(store().repeated(once_of("a"), kStart + jobs::kOnceKept)));
  EXPECT_EQ(counts().waiting, 1U);
}

TEST_P(JobStoreOnce, a_key_has_a_bounded_length) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{256}}) {
    const jobs::Handover handover{
        .jobs = {job_of("v")},
        .once = jobs::Once{.scope = "v", .key = std::string(length, 'k'), .fingerprint = "f", .note = {}}};
    EXPECT_EQ(run(store().accept(handover, kStart)).error().code, Errc::invalid_input);
  }
}

}  // namespace
}  // namespace cutroom::conformance
