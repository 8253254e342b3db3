#include "jobs/vendor_line.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace cutroom::jobs {
namespace {

std::vector<std::uint64_t> served(VendorLine& line) {
  std::vector<std::uint64_t> order;
  while (!line.empty()) order.push_back(line.pop().job.seq);
  return order;
}

TEST(VendorLine, serves_higher_priorities_first_and_each_in_the_order_it_came) {
  VendorLine line;
  line.push({.seq = 1, .priority = 0});
  line.push({.seq = 2, .priority = 5});
  line.push({.seq = 3, .priority = -5});
  line.push({.seq = 4, .priority = 5});
  line.push({.seq = 5, .priority = 0});
  EXPECT_EQ(served(line), (std::vector<std::uint64_t>{2, 4, 1, 5, 3}));
}

TEST(VendorLine, puts_a_returning_job_at_its_old_place_and_knows_that_it_is_paid) {
  VendorLine line;
  line.push({.seq = 1});
  line.push({.seq = 2, .cost = 4.0});
  line.push({.seq = 3});
  EXPECT_FALSE(line.pop().paid);
  const auto second = line.pop();
  line.push_paid(second.job);
  EXPECT_EQ(line.front().job, (OrderedJob{.seq = 2, .cost = 4.0}));
  EXPECT_TRUE(line.pop().paid);
  EXPECT_FALSE(line.pop().paid);
}

TEST(VendorLine, removes_from_anywhere_but_only_what_is_there) {
  VendorLine line;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) line.push({.seq = seq});
  EXPECT_TRUE(line.remove({.seq = 3}));
  EXPECT_FALSE(line.remove({.seq = 3}));
  EXPECT_FALSE(line.remove({.seq = 4, .priority = 1}));
  EXPECT_FALSE(line.remove({.seq = 9}));
  EXPECT_TRUE(line.remove({.seq = 1}));
  EXPECT_EQ(line.size(), 3U);
  EXPECT_EQ(served(line), (std::vector<std::uint64_t>{2, 4, 5}));
}

TEST(VendorLine, agrees_with_a_sorted_list_over_random_operations) {
  std::mt19937 random(7);
  VendorLine line;
  std::vector<OrderedJob> model;
  const auto before = [](const OrderedJob& a, const OrderedJob& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.seq < b.seq;
  };
  std::vector<OrderedJob> taken;
  for (std::uint64_t seq = 1; seq <= 20'000; ++seq) {
    const auto dice = random() % 10;
    if (dice < 5) {
      const OrderedJob job{.seq = seq, .priority = static_cast<int>(random() % 3)};
      line.push(job);
      model.push_back(job);
    } else if (dice < 7 && !model.empty()) {
      const auto at = std::min_element(model.begin(), model.end(), before);
      ASSERT_EQ(line.front().job, *at);
      taken.push_back(line.pop().job);
      model.erase(at);
    } else if (dice < 8 && !taken.empty()) {
      line.push_paid(taken.back());
      model.push_back(taken.back());
      taken.pop_back();
    } else if (!model.empty()) {
      const auto at = model.begin() + static_cast<std::ptrdiff_t>(random() % model.size());
      ASSERT_TRUE(line.remove(*at));
      model.erase(at);
    }
    ASSERT_EQ(line.size(), model.size());
  }
}

}  // namespace
}  // namespace cutroom::jobs
