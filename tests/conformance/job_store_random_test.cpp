// Thousands of random operations on the reference store and on another: every answer and every job must be
// the same, also when the other one ends and opens again in between.
#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "store_driver.hpp"

namespace cutroom::conformance {
namespace {

using jobs::Job;

constexpr int kOperations = 3'000;
const std::vector<std::string> kQueues{"q", "r"};

struct Pair {
  jobs::Lease expected;
  jobs::Lease actual;
};

class RandomOperations {
 public:
  RandomOperations(const StoreKind& kind, unsigned seed)
      : expected_(store_kinds().front()), actual_(kind), is_spread_(kind.is_spread), random_(seed) {}

  void run() {
    for (step_ = 0; step_ < kOperations && !testing::Test::HasFailure(); ++step_) {
      now_ += Millis{pick(40)};
      operate();
      if (step_ % 100 == 99) compare_everything();
    }
    compare_everything();
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string vendor() { return "v" + std::to_string(pick(6)); }
  const std::string& queue() { return kQueues[static_cast<std::size_t>(pick(2))]; }
  jobs::JobId any_id() {
    return ids_.empty() ? "1" : ids_[static_cast<std::size_t>(pick(static_cast<int>(ids_.size())))];
  }

  // Where queues are apart the same job has another number; so far as seen, always the same one.
  void take_as(std::string& id, const std::string& expected) {
    if (!is_spread_ || id.empty() || expected.empty()) return;
    const auto& known = other_ids_.try_emplace(expected, id).first->second;
    if (known == id) id = expected;
  }
  void take_as(std::optional<std::string>& id, const std::optional<std::string>& expected) {
    if (id && expected) take_as(*id, *expected);
  }
  void take_as(std::vector<std::string>& ids, const std::vector<std::string>& expected) {
    for (std::size_t i = 0; i < std::min(ids.size(), expected.size()); ++i) take_as(ids[i], expected[i]);
  }
  void take_as(Job& job, const Job& expected) {
    take_as(job.id, expected.id);
    take_as(job.batch, expected.batch);
  }
  void take_as(jobs::Accepted& answer, const jobs::Accepted& expected) {
    take_as(answer.ids, expected.ids);
    take_as(answer.batch, expected.batch);
  }
  void take_as(jobs::Settled& answer, const jobs::Settled& expected) {
    take_as(answer.batch_done, expected.batch_done);
  }
  void take_as(jobs::Cancelled& answer, const jobs::Cancelled& expected) {
    take_as(answer.batch_done, expected.batch_done);
  }
  void take_as(jobs::Batch& batch, const jobs::Batch& expected) { take_as(batch.id, expected.id); }
  template <class T>
  void take_as(T&, const T&) {}
  // What the other store calls a job that both have.
  std::string other(const std::string& id) const {
    const auto found = other_ids_.find(id);
    return found == other_ids_.end() ? id : found->second;
  }

  template <class T>
  void same(const Result<T>& expected, Result<T> actual) {
    ASSERT_EQ(expected.has_value(), actual.has_value())
        << "step " << step_ << (actual.has_value() ? "" : actual.error().detail);
    if (!expected) {
      ASSERT_EQ(expected.error().code, actual.error().code) << "step " << step_;
    } else if constexpr (!std::is_void_v<T>) {
      take_as(*actual, *expected);
      ASSERT_EQ(*expected, *actual) << "step " << step_;
    }
  }
  template <class Call>
  void on_both(Call call) {
    same(expected_.run(call(expected_.store())), actual_.run(call(actual_.store())));
  }

  template <class Call>
  void on_both(const std::string& id, Call call) {
    same(expected_.run(call(expected_.store(), id)), actual_.run(call(actual_.store(), other(id))));
  }

  void operate() {
    const int dice = pick(100);
    if (dice < 22) return add();
    if (dice < 50) return claim();
    if (dice < 75) return with_lease();
    if (dice < 80) return recover(now_);
    if (dice < 86)
      return on_both(any_id(), [&](jobs::JobStore& store, const auto& id) { return store.retry(id, now_); });
    if (dice < 91)
      return on_both(any_id(), [&](jobs::JobStore& store, const auto& id) { return store.remove(id, now_); });
    if (dice < 93) {
      return on_both([q = queue(), paused = pick(3) == 0](jobs::JobStore& store) {
        return store.set_paused(q, paused);
      });
    }
    if (dice < 96) return set_share();
    if (dice < 98) return look();
    if (dice < 99) return decide();
    reopen();
  }

  void look() {
    const int dice = pick(4);
    if (dice == 0)
      return on_both(any_id(), [](jobs::JobStore& store, const auto& id) { return store.get(id); });
    if (dice == 1)
      return on_both(any_id(), [](jobs::JobStore& store, const auto& id) { return store.log(id); });
    if (dice == 2) return on_both([q = queue()](jobs::JobStore& store) { return store.counts(q); });
    jobs::JobFilter filter;
    if (pick(2) == 0) filter.queue = queue();
    if (pick(2) == 0) filter.vendor = vendor();
    if (pick(2) == 0) filter.state = static_cast<jobs::JobState>(pick(6));
    if (pick(4) == 0) filter.project = "p" + std::to_string(pick(3));
    if (pick(4) == 0) filter.since = now_ - Millis{pick(20'000)};
    if (pick(4) == 0 && !batches_.empty()) filter.batch = batches_.back();
    const auto expected = list(expected_, filter);
    if (filter.batch) filter.batch = other(*filter.batch);
    auto actual = list(actual_, filter);
    take_as(actual, expected);
    ASSERT_EQ(expected, actual) << "step " << step_;
  }
  // All pages of it.
  std::vector<jobs::JobId> list(StoreDriver& driver, const jobs::JobFilter& filter) {
    std::vector<jobs::JobId> ids;
    std::optional<jobs::JobId> older_than;
    do {
      const auto page = driver.run(driver.store().list(filter, older_than, 7)).value();
      for (const Job& job : page.jobs) ids.push_back(job.id);
      older_than = page.older_than;
    } while (older_than);
    return ids;
  }

  void decide() {
    const int dice = pick(8);
    if (dice < 4) {
      for (int n = 0; n < 4; ++n) {
        std::vector<jobs::NewJob> follow_ups;
        if (pick(2) == 0) follow_ups.push_back(job_of("follower", "r"));
        on_both(any_id(),
                [&](jobs::JobStore& store, const auto& id) { return store.cancel(id, follow_ups, now_); });
      }
    } else if (dice < 6) {
      on_both(any_id(), [](jobs::JobStore& store, const auto& id) { return store.promote(id); });
    } else if (dice == 6) {
      on_both(
          [&, q = queue(), v = vendor()](jobs::JobStore& store) { return store.remove_waiting(q, v, now_); });
    } else {
      const jobs::PruneRule rule{.queue = queue(),
                                 .state = pick(2) == 0 ? jobs::JobState::completed : jobs::JobState::failed,
                                 .ended_before = now_ - Millis{20'000},
                                 .keep_newest_max = static_cast<std::uint64_t>(pick(2) == 0 ? 1'000 : 40)};
      on_both([&](jobs::JobStore& store) { return store.prune(rule); });
    }
  }

  void add() {
    std::vector<jobs::NewJob> new_jobs;
    for (int n = pick(6); n > 0; --n) {
      auto job = job_of(vendor(), queue());
      job.payload_json = std::to_string(step_);
      job.priority = pick(3) == 0 ? pick(5) - 2 : 0;
      job.cost = pick(2) == 0 ? 1.0 : 0.1 * (1 + pick(50));
      if (pick(8) == 0) job.delay = Millis{pick(500)};
      if (pick(3) == 0) job.project = "p" + std::to_string(pick(3));
      new_jobs.push_back(job);
    }
    jobs::Handover handover{.jobs = std::move(new_jobs), .as_batch = pick(3) == 0};
    for (jobs::NewJob& job : handover.jobs) {
      if (handover.as_batch || is_spread_) job.queue = handover.jobs.front().queue;
      if (handover.as_batch) job.vendor = handover.jobs.front().vendor;
    }
    // Where queues are apart the jobs after batches of both come in an order of their own.
    const bool may_have_after = !is_spread_ || (!handover.jobs.empty() && handover.jobs.front().queue == "q");
    if (handover.as_batch && pick(3) == 0 && may_have_after) handover.after_batch = job_of("follower", "r");
    // Where queues are apart a call's key is kept with its queue.
    if (pick(3) == 0 && !(is_spread_ && handover.jobs.empty())) {
      handover.once = {.scope = "s",
                       .key = std::to_string(pick(30)),
                       .fingerprint = std::to_string(pick(2)),
                       .note = std::to_string(step_)};
    }
    const auto expected = expected_.run(expected_.store().accept(handover, now_));
    same(expected, actual_.run(actual_.store().accept(handover, now_)));
    if (!expected || expected->repeated) return;
    ids_.insert(ids_.end(), expected->ids.begin(), expected->ids.end());
    if (expected->batch) batches_.push_back(*expected->batch);
  }

  void claim() {
    const auto& name = queue();
    const auto expected = expected_.claim(now_, name);
    auto actual = actual_.claim(now_, name);
    ASSERT_EQ(expected.due, actual.due) << "step " << step_;
    ASSERT_EQ(expected.job.has_value(), actual.job.has_value()) << "step " << step_;
    if (!expected.job) return;
    take_as(actual.job->job, expected.job->job);
    ASSERT_EQ(expected.job->job, actual.job->job)
        << "step " << step_ << " expected " << expected.job->job.id << " actual " << actual.job->job.id;
    ASSERT_EQ(expected.job->lease.until, actual.job->lease.until);
    leases_.push_back({expected.job->lease, actual.job->lease});
  }

  void with_lease() {
    if (leases_.empty()) return;
    const auto at = leases_.end() - 1 - pick(std::min(8, static_cast<int>(leases_.size())));
    const Pair pair = *at;
    const int dice = pick(12);
    if (dice >= 2 && pick(4) != 0) leases_.erase(at);  // Else used again: then it is lost.
    jobs::Settlement settlement{.steps_json = step_ % 2 == 0 ? R"([["fetch",1]])" : ""};
    if (dice < 5)
      settlement = {.move = jobs::Move::complete, .text = "{\"n\":" + std::to_string(step_) + "}"};
    else if (dice < 7)
      settlement = {.move = jobs::Move::fail, .text = "reason " + std::to_string(step_)};
    else if (dice < 10)
      settlement = {
          .move = jobs::Move::retry_at, .text = "again", .run_at = now_ + Millis{(step_ % 5) * 100}};
    if (pick(6) == 0) settlement.follow_ups.push_back(job_of("follower", "r"));
    if (dice == 0) {
      return same(expected_.run(expected_.store().extend_lease(pair.expected, Millis{500}, now_)),
                  actual_.run(actual_.store().extend_lease(pair.actual, Millis{500}, now_)));
    }
    if (dice == 1) {
      return same(expected_.run(expected_.store().report_progress(pair.expected, step_ % 101)),
                  actual_.run(actual_.store().report_progress(pair.actual, step_ % 101)));
    }
    same(expected_.run(expected_.store().settle(pair.expected, settlement, now_)),
         actual_.run(actual_.store().settle(pair.actual, settlement, now_)));
  }

  void recover(TimePoint now) {
    auto expected = expected_.run(expected_.store().recover_expired(now)).value();
    auto actual = actual_.run(actual_.store().recover_expired(now)).value();
    take_as(actual.waiting, expected.waiting);
    take_as(actual.failed, expected.failed);
    for (auto& id : actual.batches_done) {
      for (const auto& [known, number] : other_ids_)
        if (number == id) id = known;
    }
    if (is_spread_) {
      std::sort(actual.batches_done.begin(), actual.batches_done.end());
      std::sort(expected.batches_done.begin(), expected.batches_done.end());
    }
    ASSERT_EQ(expected.waiting, actual.waiting) << "step " << step_;
    ASSERT_EQ(expected.failed, actual.failed) << "step " << step_;
    ASSERT_EQ(expected.batches_done, actual.batches_done) << "step " << step_;
  }

  void set_share() {
    jobs::VendorShare share;
    if (pick(3) != 0) {
      share = {.weight = 0.5 * (1 + pick(6)),
               .cap = static_cast<std::size_t>(pick(4)),
               .cap_is_hard = pick(2) == 0,
               .paused = pick(5) == 0};
    }
    on_both([v = vendor(), share](jobs::JobStore& store) { return store.set_share(v, share); });
  }

  void reopen() {
    if (step_ % 2 == 0) compare_everything();
    actual_.reopen();
    recover(TimePoint::max());
    compare_everything();
  }

  void compare_everything() {
    for (const auto& name : kQueues)
      ASSERT_EQ(expected_.counts(name), actual_.counts(name)) << "step " << step_;
    for (const auto& id : batches_)
      on_both(id, [](jobs::JobStore& store, const auto& one) { return store.batch(one); });
    const auto expected = get_all(expected_, ids_);
    std::vector<jobs::JobId> other_ids;
    for (const auto& id : ids_) other_ids.push_back(other(id));
    auto actual = get_all(actual_, other_ids);
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      ASSERT_EQ(expected[i].has_value(), actual[i].has_value()) << "step " << step_ << " job " << ids_[i];
      if (expected[i]) {
        take_as(*actual[i], *expected[i]);
        ASSERT_EQ(*expected[i], *actual[i]) << "step " << step_ << " job " << ids_[i];
      }
    }
  }
  std::vector<Result<Job>> get_all(StoreDriver& driver, const std::vector<jobs::JobId>& ids) {
    std::vector<boost::asio::awaitable<Result<Job>>> calls;
    for (const auto& id : ids) calls.push_back(driver.store().get(id));
    return driver.run_all(std::move(calls));
  }

  StoreDriver expected_;
  StoreDriver actual_;
  const bool is_spread_;
  std::map<std::string, std::string> other_ids_;  // The other store's, by ours.
  std::mt19937 random_;
  TimePoint now_ = kStart;
  int step_ = 0;
  std::vector<jobs::JobId> ids_;
  std::vector<jobs::BatchId> batches_;
  std::vector<Pair> leases_;
};

class RandomJobStore : public testing::TestWithParam<std::tuple<StoreKind, unsigned>> {};

INSTANTIATE_TEST_SUITE_P(Conformance, RandomJobStore,
                         testing::Combine(testing::ValuesIn(durable_store_kinds()),
                                          testing::Values(1U, 2U, 3U, 4U, 5U, 6U)),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + "_seed_" +
                                  std::to_string(std::get<1>(test.param));
                         });

TEST_P(RandomJobStore, agrees_with_the_reference_over_random_operations) {
  RandomOperations(std::get<0>(GetParam()), std::get<1>(GetParam())).run();
}

}  // namespace
}  // namespace cutroom::conformance
