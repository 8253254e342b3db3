// Drives one store from a test without coroutines: each call runs the event loop until nothing is left to do,
// so on_work's calls have arrived when it answers.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "job_stores.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::conformance {

inline constexpr TimePoint kStart{Millis{1'700'000'000'000}};

class StoreDriver {
 public:
  explicit StoreDriver(const StoreKind& kind) : home_(kind.make_home()) { open(); }

  ~StoreDriver() {
    for (const std::string& fault : home_->faults()) ADD_FAILURE() << fault;
  }
  StoreDriver(const StoreDriver&) = delete;
  StoreDriver& operator=(const StoreDriver&) = delete;

  // As after the end of a process, however it came.
  void reopen() {
    store_.reset();
    open();
  }

  template <class T>
  T run(boost::asio::awaitable<T> call) {
    std::optional<T> answer;
    std::exception_ptr failure;
    boost::asio::co_spawn(io_, into(std::move(call), answer), [&](std::exception_ptr e) { failure = e; });
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(answer).value();
  }

  // All of them at the same time.
  template <class T>
  std::vector<T> run_all(std::vector<boost::asio::awaitable<T>> calls) {
    std::vector<std::optional<T>> answers(calls.size());
    std::exception_ptr failure;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      boost::asio::co_spawn(io_, into(std::move(calls[i]), answers[i]), [&](std::exception_ptr e) {
        if (e) failure = e;
      });
    }
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
    std::vector<T> values;
    for (auto& answer : answers) values.push_back(std::move(answer).value());
    return values;
  }

  jobs::JobStore& store() { return *store_; }
  boost::asio::io_context& io() { return io_; }

  Result<std::vector<jobs::JobId>> add(std::vector<jobs::NewJob> new_jobs, TimePoint now = kStart) {
    return run(store_->add(std::move(new_jobs), now));
  }
  jobs::JobId add_one(jobs::NewJob job, TimePoint now = kStart) {
    return add({std::move(job)}, now).value().at(0);
  }
  jobs::Claim claim(TimePoint now = kStart, const std::string& queue = "q") {
    return run(store_->claim({.queue = queue, .worker = "test", .lease = kLease, .now = now})).value();
  }
  jobs::Lease claim_lease(TimePoint now = kStart) { return claim(now).job.value().lease; }
  // Its id, or nothing.
  jobs::JobId claim_id(TimePoint now = kStart) {
    const auto claim_answer = claim(now);
    return claim_answer.job ? claim_answer.job->job.id : jobs::JobId();
  }
  Result<jobs::Job> get(const jobs::JobId& id) { return run(store_->get(id)); }
  jobs::Job job(const jobs::JobId& id) { return get(id).value(); }
  jobs::QueueCounts counts(const std::string& queue = "q") { return run(store_->counts(queue)).value(); }

  jobs::Accepted batch_of(std::size_t count, std::optional<jobs::NewJob> after = std::nullopt);
  jobs::Batch batch(const jobs::BatchId& id) { return run(store_->batch(id)).value(); }
  // Of the jobs that list() shows, page by page.
  std::vector<jobs::JobId> ids(const jobs::JobFilter& filter, std::size_t page_jobs = 100) {
    std::vector<jobs::JobId> ids;
    std::optional<jobs::JobId> older_than;
    do {
      const auto page = run(store_->list(filter, older_than, page_jobs)).value();
      EXPECT_LE(page.jobs.size(), page_jobs);
      for (const jobs::Job& job : page.jobs) ids.push_back(job.id);
      older_than = page.older_than;
    } while (older_than);
    return ids;
  }

  // How often on_work was called for the queue since the last question.
  int told(const std::string& queue = "q") { return std::exchange(told_[queue], 0); }

  static constexpr Millis kLease{30'000};

 private:
  template <class T>
  static boost::asio::awaitable<void> into(boost::asio::awaitable<T> call, std::optional<T>& answer) {
    answer.emplace(co_await std::move(call));
  }
  void open() {
    store_ = home_->open(io_.get_executor());
    store_->on_work([this](const std::string& queue) { ++told_[queue]; });
  }

  boost::asio::io_context io_;
  std::map<std::string, int> told_;
  std::unique_ptr<StoreHome> home_;
  std::unique_ptr<jobs::JobStore> store_;
};

inline jobs::NewJob job_of(std::string vendor, std::string queue = "q") {
  return {.queue = std::move(queue), .vendor = std::move(vendor), .payload_json = R"({"recordId":1})"};
}

inline jobs::Accepted StoreDriver::batch_of(std::size_t count, std::optional<jobs::NewJob> after) {
  jobs::Handover handover{.jobs = std::vector<jobs::NewJob>(count, job_of("v")),
                          .as_batch = true,
                          .after_batch = std::move(after)};
  return run(store_->accept(std::move(handover), kStart)).value();
}

}  // namespace cutroom::conformance
