// The JobStore that keeps nothing: for tests and for looking up what a store is meant to do. Plain before
// fast; the other stores are compared with it.
//
// Threads: everything on the executor given at construction, which runs on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "jobs/fair_order.hpp"
#include "jobs/job_moves.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_memory {

class MemoryStore final : public jobs::JobStore {
 public:
  explicit MemoryStore(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void on_work(std::function<void(const std::string& queue)> callback) override {
    on_work_ = std::move(callback);
  }
  boost::asio::awaitable<Result<std::vector<jobs::JobId>>> add(std::vector<jobs::NewJob>,
                                                               TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Claim>> claim(jobs::ClaimOptions) override;
  boost::asio::awaitable<Result<TimePoint>> extend_lease(jobs::Lease, Millis lease, TimePoint now) override;
  boost::asio::awaitable<Result<void>> report_progress(jobs::Lease, int percent) override;
  boost::asio::awaitable<Result<void>> complete(jobs::Lease, std::string result_json, TimePoint now) override;
  boost::asio::awaitable<Result<void>> fail(jobs::Lease, std::string reason, TimePoint now) override;
  boost::asio::awaitable<Result<void>> fail_and_retry_at(jobs::Lease, std::string reason, TimePoint run_at,
                                                         TimePoint now) override;
  boost::asio::awaitable<Result<void>> release(jobs::Lease, TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Recovered>> recover_expired(TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Job>> get(jobs::JobId) override;
  boost::asio::awaitable<Result<jobs::QueueCounts>> counts(std::string queue) override;
  boost::asio::awaitable<Result<void>> retry(jobs::JobId, TimePoint now) override;
  boost::asio::awaitable<Result<void>> remove(jobs::JobId) override;
  boost::asio::awaitable<Result<void>> set_paused(std::string queue, bool paused) override;
  boost::asio::awaitable<Result<void>> set_share(std::string vendor, jobs::VendorShare) override;

 private:
  struct Queue {
    jobs::FairOrder order;
    bool paused = false;
    std::set<std::pair<TimePoint, std::uint64_t>> delayed;  // Due time, number.
    jobs::QueueCounts counts;                               // Waiting jobs as waiting, also while paused.
  };
  struct Entry {
    jobs::Job job;          // Never in state `paused`: that is how waiting is shown.
    std::uint64_t seq = 0;  // Its place in the order.
    jobs::Lease lease{};    // While active.
  };

  Queue& queue_of(const std::string& name);
  Result<Entry*> find(const jobs::JobId&);
  Result<Entry*> find_leased(const jobs::Lease&);
  void move(Entry&, jobs::Move);
  // After move(): the lease is gone and its place under the vendor's cap is free.
  void drop_lease(Entry&);
  void put_back(Entry&);
  void promote_due(Queue&, TimePoint now);
  void tell(const std::string& queue);

  boost::asio::any_io_executor executor_;
  std::function<void(const std::string& queue)> on_work_;
  std::uint64_t next_number_ = 1;  // Of jobs and of places: a retried job gets a new place, not a new id.
  std::map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, std::uint64_t> number_at_;  // Of the job at a place.
  std::map<std::string, Queue> queues_;
  std::map<std::string, jobs::VendorShare> shares_;
};

}  // namespace cutroom::store_memory
