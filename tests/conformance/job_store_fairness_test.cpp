// Fair order and many callers at once, through the port.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

class JobStoreFairness : public testing::TestWithParam<StoreKind>, protected StoreDriver {
 protected:
  JobStoreFairness() : StoreDriver(GetParam()) {}

  void add_many(const std::string& vendor, std::size_t jobs) {
    add(std::vector<jobs::NewJob>(jobs, job_of(vendor))).value();
  }
  // Claims and completes `jobs` jobs, `slots` at a time; how many each vendor got.
  std::map<std::string, int> serve(int jobs, int slots) {
    std::map<std::string, int> served;
    int left = jobs;
    for (int slot = 0; slot < slots; ++slot) {
      boost::asio::co_spawn(io(), work(store(), left, served), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
    }
    io().restart();
    io().run();
    return served;
  }

 private:
  static boost::asio::awaitable<void> work(jobs::JobStore& store, int& left,
                                           std::map<std::string, int>& served) {
    while (left > 0) {
      --left;
      jobs::ClaimOptions options{.queue = "q", .now = kStart};
      auto claimed = co_await store.claim(std::move(options));
      if (!claimed.value().job) co_return;
      ++served[claimed->job->job.vendor];
      (co_await store.complete(claimed->job->lease, "{}", kStart)).value();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Conformance, JobStoreFairness, testing::ValuesIn(store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(JobStoreFairness, gives_backlogged_vendors_their_weights_within_one_percent) {
  run(store().set_share("a", {.weight = 3.0})).value();
  run(store().set_share("b", {.weight = 2.0})).value();
  for (const char* vendor : {"c", "b", "a"}) add_many(vendor, 4'000);
  const auto served = serve(6'000, 8);
  EXPECT_NEAR(served.at("a"), 3'000, 30);
  EXPECT_NEAR(served.at("b"), 2'000, 20);
  EXPECT_NEAR(served.at("c"), 1'000, 10);
}

TEST_P(JobStoreFairness, serves_a_newcomer_within_the_slots_plus_one_claims) {
  add_many("big", 10'000);
  serve(100, 3);
  const auto small = add_one(job_of("small"));
  int claims = 1;
  while (claim_id() != small) ++claims;
  EXPECT_LE(claims, 3 + 1);
}

TEST_P(JobStoreFairness, counts_what_runs_already_when_a_cap_comes) {
  const auto cap = [&](std::size_t most) {
    run(store().set_share("v", {.cap = most, .cap_is_hard = most > 0})).value();
  };
  const auto end = [&](const jobs::Lease& lease) { run(store().complete(lease, "{}", kStart)).value(); };
  add_many("v", 8);
  std::vector<jobs::Lease> leases;
  for (int i = 0; i < 3; ++i) leases.push_back(claim_lease());
  cap(2);
  end(leases[0]);
  EXPECT_EQ(claim_id(), "");
  end(leases[1]);
  leases.push_back(claim_lease());
  EXPECT_EQ(claim_id(), "");
  cap(0);
  leases.push_back(claim_lease());
  end(leases[2]);
  cap(2);  // As many as run.
  EXPECT_EQ(claim_id(), "");
  end(leases[3]);
  EXPECT_NE(claim_id(), "");
  EXPECT_EQ(claim_id(), "");
}

TEST_P(JobStoreFairness, gives_each_job_to_exactly_one_of_many_callers) {
  for (int vendor = 0; vendor < 10; ++vendor) add_many("v" + std::to_string(vendor), 100);
  const auto served = serve(2'000, 32);
  for (const auto& [vendor, jobs] : served) EXPECT_EQ(jobs, 100) << vendor;
  EXPECT_EQ(counts(), (jobs::QueueCounts{.completed = 1'000}));
}

}  // namespace
}  // namespace cutroom::conformance
