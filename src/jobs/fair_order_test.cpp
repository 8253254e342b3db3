#include "jobs/fair_order.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cutroom::jobs {
namespace {

class FairOrderTest : public testing::Test {
 protected:
  void add(const std::string& vendor, std::size_t jobs, OrderedJob like = {}) {
    for (std::size_t i = 0; i < jobs; ++i) {
      like.seq = ++seq_;
      order_.add(vendor, like);
    }
  }
  std::string take() {
    const auto taken = order_.take();
    return taken ? taken->vendor : "";
  }
  // Takes and ends one job at a time.
  std::map<std::string, int> serve(int jobs) {
    std::map<std::string, int> served;
    for (int i = 0; i < jobs; ++i) {
      const std::string vendor = take();
      ++served[vendor];
      order_.ended(vendor);
    }
    return served;
  }

  FairOrder order_;
  std::uint64_t seq_ = 0;
};

TEST_F(FairOrderTest, gives_backlogged_vendors_their_weights_within_one_percent) {
  order_.set_share("a", {.weight = 3.0});
  order_.set_share("b", {.weight = 2.0});
  order_.set_share("c", {.weight = 1.0});
  for (const char* vendor : {"c", "b", "a"}) add(vendor, 6'000);
  const auto served = serve(6'000);
  EXPECT_NEAR(served.at("a"), 3'000, 30);
  EXPECT_NEAR(served.at("b"), 2'000, 20);
  EXPECT_NEAR(served.at("c"), 1'000, 10);
}

TEST_F(FairOrderTest, serves_a_newcomer_within_the_slots_plus_one_takes_behind_ten_thousand) {
  constexpr int kSlots = 3;
  add("big", 10'000);
  for (int i = 0; i < 500; ++i) take();
  add("small", 1);
  int takes = 1;
  while (take() != "small") ++takes;
  EXPECT_LE(takes, kSlots + 1);
}

TEST_F(FairOrderTest, charges_costs_so_that_work_and_not_jobs_is_shared) {
  add("heavy", 4'000, {.cost = 3.0});
  add("light", 4'000, {.cost = 1.0});
  const auto served = serve(4'000);
  EXPECT_NEAR(served.at("heavy"), 1'000, 10);
  EXPECT_NEAR(served.at("light"), 3'000, 30);
}

TEST_F(FairOrderTest, serves_equal_tags_in_the_order_in_which_the_jobs_came) {
  add("b", 1);
  add("a", 1);
  add("b", 1);
  EXPECT_EQ(take(), "b");
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "b");
  EXPECT_EQ(take(), "");
}

TEST_F(FairOrderTest, lets_nobody_save_up_claims_while_absent) {
  add("steady", 1'000);
  for (int i = 0; i < 500; ++i) take();
  add("back", 1'000);
  const auto served = serve(100);
  EXPECT_NEAR(served.at("back"), 50, 1);
}

TEST_F(FairOrderTest, lets_nobody_save_up_claims_while_paused) {
  add("steady", 1'000);
  add("back", 1'000);
  order_.set_share("back", {.paused = true});
  EXPECT_EQ(serve(500).at("steady"), 500);
  order_.set_share("back", {.paused = false});
  EXPECT_NEAR(serve(100).at("back"), 50, 1);
}

TEST_F(FairOrderTest, lets_nobody_save_up_claims_at_a_cap) {
  order_.set_share("back", {.cap = 1, .cap_is_hard = true});
  add("back", 1'000);
  add("steady", 1'000);
  EXPECT_EQ(take(), "back");
  EXPECT_EQ(serve(500).at("steady"), 500);
  order_.ended("back");
  EXPECT_NEAR(serve(100).at("back"), 50, 1);
}

TEST_F(FairOrderTest, gives_a_paused_vendor_nothing) {
  order_.set_share("a", {.paused = true});
  add("a", 3);
  EXPECT_FALSE(order_.claimable());
  EXPECT_EQ(take(), "");
  EXPECT_EQ(order_.waiting_of("a"), 3U);
  order_.set_share("a", {});
  EXPECT_EQ(take(), "a");
}

TEST_F(FairOrderTest, skips_a_vendor_at_its_elastic_cap_only_while_another_could_use_the_slot) {
  order_.set_share("capped", {.cap = 2});
  add("capped", 10);
  add("other", 2);
  std::map<std::string, int> first_four;
  for (int i = 0; i < 4; ++i) ++first_four[take()];
  EXPECT_EQ(first_four.at("capped"), 2);
  EXPECT_EQ(first_four.at("other"), 2);
  EXPECT_EQ(take(), "capped");  // Nobody else waits.
  EXPECT_EQ(order_.running_of("capped"), 3U);
  add("other", 1);
  EXPECT_EQ(take(), "other");
}

TEST_F(FairOrderTest, does_not_count_paused_and_hard_capped_vendors_as_others_that_could_use_the_slot) {
  order_.set_share("capped", {.cap = 1});
  order_.set_share("paused", {.paused = true});
  order_.set_share("hard", {.cap = 1, .cap_is_hard = true});
  add("hard", 2);
  add("capped", 3);
  add("paused", 1);
  EXPECT_EQ(take(), "hard");
  EXPECT_EQ(take(), "capped");
  EXPECT_EQ(take(), "capped");
}

TEST_F(FairOrderTest, never_exceeds_a_hard_cap) {
  order_.set_share("a", {.cap = 2, .cap_is_hard = true});
  add("a", 10);
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "");
  order_.ended("a");
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "");
}

TEST_F(FairOrderTest, orders_by_priority_inside_a_vendor_only) {
  add("a", 2);
  add("b", 1);
  add("a", 1, {.priority = 9});
  const auto first = order_.take();
  const auto second = order_.take();
  // The urgent job overtakes a's others, but not b, whose job came before it.
  EXPECT_EQ(first->vendor, "b");
  EXPECT_EQ(second->vendor, "a");
  EXPECT_EQ(second->job.priority, 9);
}

TEST_F(FairOrderTest, charges_nothing_for_a_job_that_was_put_back) {
  add("a", 2, {.cost = 10.0});
  const auto taken = order_.take();
  EXPECT_EQ(order_.finish_of("a"), 10.0);
  order_.ended("a");
  order_.put_back("a", taken->job);
  const auto again = order_.take();
  EXPECT_EQ(again->job, taken->job);
  EXPECT_EQ(order_.finish_of("a"), 10.0);
  order_.take();
  EXPECT_EQ(order_.finish_of("a"), 20.0);
}

TEST_F(FairOrderTest, removes_a_waiting_job_once) {
  add("a", 3);
  EXPECT_TRUE(order_.remove("a", {.seq = 1}));
  EXPECT_FALSE(order_.remove("a", {.seq = 1}));
  EXPECT_FALSE(order_.remove("b", {.seq = 2}));
  EXPECT_EQ(order_.waiting(), 2U);
  EXPECT_EQ(order_.take()->job.seq, 2U);
  EXPECT_FALSE(order_.remove("a", {.seq = 2}));
}

TEST_F(FairOrderTest, starts_every_busy_period_afresh) {
  add("a", 100, {.cost = 5.0});
  serve(100);
  add("a", 2);
  add("b", 2);
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "b");
}

TEST_F(FairOrderTest, keeps_nothing_of_vendors_that_came_and_went) {
  add("steady", 20'000);
  for (int i = 0; i < 10'000; ++i) {
    add("visitor-" + std::to_string(i), 1);
    serve(2);
    ASSERT_LE(order_.vendors_kept(), 4U);
  }
  serve(10'000);
  EXPECT_EQ(order_.waiting(), 0U);
  EXPECT_EQ(order_.vendors_kept(), 0U);
}

TEST_F(FairOrderTest, keeps_the_share_of_a_vendor_that_has_nothing_here) {
  order_.set_share("a", {.weight = 2.0});
  add("a", 1);
  serve(1);
  EXPECT_EQ(order_.share("a").weight, 2.0);
  order_.set_share("a", {});
  EXPECT_EQ(order_.vendors_kept(), 0U);
}

TEST_F(FairOrderTest, keeps_one_charge_within_bounds_whatever_cost_and_weight) {
  order_.set_share("a", {.weight = 1e-300});
  order_.set_share("b", {.weight = 1e300});
  add("a", 1);
  add("b", 1);
  take();
  EXPECT_EQ(order_.finish_of("a"), kChargeMax);
  take();
  EXPECT_EQ(order_.finish_of("b"), kChargeMin);
}

TEST_F(FairOrderTest, goes_on_in_the_same_order_when_restored) {
  const std::vector<std::string> vendors{"a", "b", "c", "d"};
  std::map<std::uint64_t, std::string> waiting;
  order_.set_share("a", {.weight = 3.0});
  order_.set_share("c", {.cap = 1});
  for (int round = 0; round < 300; ++round) {
    const auto& vendor = vendors[static_cast<std::size_t>(round) % 4];
    add(vendor, 1, {.cost = 1.0 + round % 3});
    waiting.emplace(seq_, vendor);
  }
  std::map<std::string, std::size_t> running;
  for (int i = 0; i < 100; ++i) {
    const auto taken = order_.take();
    waiting.erase(taken->job.seq);
    if (i % 10 != 0) {
      order_.ended(taken->vendor);
    } else {
      ++running[taken->vendor];
    }
  }
  FairOrder restored;
  restored.set_share("a", {.weight = 3.0});
  restored.set_share("c", {.cap = 1});
  restored.restore_virtual_time(order_.virtual_time());
  for (const auto& vendor : vendors) restored.restore_finish(vendor, order_.finish_of(vendor));
  for (const auto& [vendor, n] : running) restored.restore_running(vendor, n);
  for (const auto& [seq, vendor] : waiting) {
    restored.add(vendor, {.seq = seq, .cost = 1.0 + static_cast<double>((seq - 1) % 3)});
  }
  while (order_.claimable()) {
    const auto expected = order_.take();
    const auto actual = restored.take();
    ASSERT_TRUE(actual);
    ASSERT_EQ(actual->job, expected->job);
    order_.ended(expected->vendor);
    restored.ended(actual->vendor);
  }
  EXPECT_FALSE(restored.claimable());
}

}  // namespace
}  // namespace cutroom::jobs
