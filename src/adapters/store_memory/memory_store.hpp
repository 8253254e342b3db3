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

class MemoryStore : public jobs::JobStore {
 public:
  explicit MemoryStore(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void on_work(std::function<void(const std::string& queue)> callback) override {
    on_work_ = std::move(callback);
  }
  void on_cancel(std::function<void(const jobs::JobId&)> callback) override {
    on_cancel_ = std::move(callback);
  }
  boost::asio::awaitable<Result<jobs::Accepted>> accept(jobs::Handover, TimePoint now) override;
  boost::asio::awaitable<Result<std::optional<jobs::Accepted>>> repeated(jobs::Once, TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Claim>> claim(jobs::ClaimOptions) override;
  boost::asio::awaitable<Result<TimePoint>> extend_lease(jobs::Lease, Millis lease, TimePoint now) override;
  boost::asio::awaitable<Result<void>> report_progress(jobs::Lease, int percent) override;
  boost::asio::awaitable<Result<jobs::Settled>> settle(jobs::Lease, jobs::Settlement, TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Recovered>> recover_expired(TimePoint now) override;
  boost::asio::awaitable<Result<jobs::Job>> get(jobs::JobId) override;
  boost::asio::awaitable<Result<jobs::QueueCounts>> counts(std::string queue) override;
  boost::asio::awaitable<Result<jobs::JobPage>> list(jobs::JobFilter, std::optional<jobs::JobId> older_than,
                                                     std::size_t limit) override;
  boost::asio::awaitable<Result<std::vector<jobs::AttemptLog>>> log(jobs::JobId) override;
  boost::asio::awaitable<Result<jobs::Batch>> batch(jobs::BatchId) override;
  boost::asio::awaitable<Result<jobs::Cancelled>> cancel(jobs::JobId, std::vector<jobs::NewJob> follow_ups,
                                                         TimePoint now) override;
  boost::asio::awaitable<Result<void>> promote(jobs::JobId) override;
  boost::asio::awaitable<Result<void>> retry(jobs::JobId, TimePoint now) override;
  boost::asio::awaitable<Result<void>> remove(jobs::JobId, TimePoint now) override;
  boost::asio::awaitable<Result<std::size_t>> remove_waiting(std::string queue,
                                                             std::optional<std::string> vendor,
                                                             TimePoint now) override;
  boost::asio::awaitable<Result<std::size_t>> prune(jobs::PruneRule) override;
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
    jobs::Job job;           // Never in state `paused`: that is how waiting is shown.
    std::uint64_t seq = 0;   // Its place in the order.
    bool paid = false;       // Taken before: the vendor has been charged.
    bool cancelled = false;  // While active.
    jobs::Lease lease{};     // While active.
    std::vector<jobs::AttemptLog> log{};
  };
  struct BatchEntry {
    jobs::Batch batch;  // `active` and `delayed` are counted when somebody asks.
    std::optional<jobs::NewJob> after;
  };
  struct OnceEntry {
    std::string fingerprint;
    jobs::Accepted accepted;
    TimePoint at{};
  };

  static std::uint64_t& count_of(jobs::QueueCounts&, jobs::JobState);
  Queue& queue_of(const std::string& name);
  Result<Entry*> find(const jobs::JobId&);
  Result<Entry*> find_leased(const jobs::Lease&);
  void move(Entry&, jobs::Move);
  std::vector<jobs::JobId> add_all(std::vector<jobs::NewJob>&, std::optional<jobs::BatchId> batch,
                                   TimePoint now);
  void end_attempt(Entry&, std::string outcome, std::string error, std::string steps_json, TimePoint now);
  // The batch, where this was its last open job.
  std::optional<jobs::BatchId> count_ended(const Entry&, TimePoint now);
  std::optional<jobs::BatchId> close_if_done(jobs::BatchId, TimePoint now);
  void forget(Entry&);
  // After move(): the lease is gone and its place under the vendor's cap is free.
  void drop_lease(Entry&);
  void put_back(Entry&);
  void promote_due(Queue&, TimePoint now);
  void tell(const std::string& queue);

  boost::asio::any_io_executor executor_;
  std::function<void(const std::string& queue)> on_work_;
  std::function<void(const jobs::JobId&)> on_cancel_;
  std::uint64_t next_number_ = 1;  // Of jobs and of places: a retried job gets a new place, not a new id.
  std::map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, std::uint64_t> number_at_;  // Of the job at a place.
  std::map<std::string, Queue> queues_;
  std::map<std::string, jobs::VendorShare> shares_;
  std::map<jobs::BatchId, BatchEntry> batches_;
  std::map<std::pair<std::string, std::string>, OnceEntry> onces_;  // By scope and key.
};

}  // namespace cutroom::store_memory
