// JobStore on Redis, in the keys that Bull 4.16 uses, so that Bull's producers, workers and tools go on
// working on the same queues. Each step is one script (lua/), and any number of processes may have a store on
// the same Redis. lua/1_words.lua lists the keys, docs/decisions/0009 says why they are so.
//
// Threads: call from a coroutine on any executor; it resumes there. on_work and on_cancel are called on the
// executor given. Errors beyond the port's: unavailable while Redis is away; then a step may or may not have
// been done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/redis_client/redis.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_bull {

struct BullOptions {
  std::string prefix = "bull";
  // Jobs of a queue that are in `wait` for every Bull worker to see, in fair order; the others are parked per
  // vendor. Larger: more exact counts in Bull's tools; smaller: less work where Node producers push past us.
  std::size_t window = 1'000;
  // Between two looks for jobs of Bull's workers that are gone. As Bull's stalledInterval: who looks first
  // looks for all, so the longest one counts.
  Millis stalled_interval{30'000};
  // As Bull's option of the name, by queue: all workers together start so many jobs in so long. Theirs must
  // have the same.
  struct Limiter {
    std::int64_t max = 0;
    Millis duration{0};
    bool operator==(const Limiter&) const = default;
  };
  std::map<std::string, Limiter> limiters{};
  // As Bull's metrics.maxDataPoints: minutes of which the ended jobs are counted. 0: none are.
  std::int64_t metrics_points = 0;
  // Each queue under a hash tag of its own, so that those of a cluster lie on several nodes. Then `prefix`
  // has no tag, and to Bull a queue is called {background-removal}.
  bool spread = false;
  // Whether the `now` of callers is brought to the server's clock, as it should be where they are on several
  // machines; else they have one clock.
  bool by_server_clock = false;
};

class Durability;
class Homes;
class Listeners;
class Outbox;
class ServerClock;
class StepBatches;

class BullStore final : public jobs::JobStore {
 public:
  BullStore(std::shared_ptr<redis_client::Redis>, BullOptions, boost::asio::any_io_executor);
  ~BullStore() override;

  // Subscribes to what other processes and Bull's producers tell of their jobs, so that theirs are taken up
  // at once and get their fair place. Without it on_work tells of what this store itself did.
  void listen();

  // For who wants to know that a job is safe: makes a second connection to the same Redis, when it is first
  // needed. Its calls may take kDurableMax (durability.hpp) and longer.
  void confirm_by(std::function<std::shared_ptr<redis_client::Redis>()> connect);

  // What Bull's programs call the queue.
  std::string name_of(const std::string& queue) const;

  void on_work(std::function<void(const std::string& queue)>) override;
  void on_cancel(std::function<void(const jobs::JobId&)>) override;

  boost::asio::awaitable<Result<jobs::Accepted>> accept(jobs::Handover, TimePoint now) override;
  boost::asio::awaitable<Result<std::string>> check_durable(std::string queue) override;
  boost::asio::awaitable<Result<void>> make_durable(std::string queue, std::string witness) override;
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
  // As most are: the shortest way.
  boost::asio::awaitable<Result<jobs::Accepted>> add_one(jobs::NewJob, TimePoint now);
  boost::asio::awaitable<Result<jobs::Accepted>> accept_in(std::string queue, jobs::Handover, TimePoint now);
  // Where queues are spread: for each of its queues by itself.
  boost::asio::awaitable<Result<jobs::Accepted>> accept_apart(jobs::Handover, TimePoint now);
  // `but`: a queue that is not asked.
  boost::asio::awaitable<Result<std::optional<jobs::Accepted>>> find_repeated(jobs::Once, std::string but,
                                                                              TimePoint now);

  // With the words that each script begins with before `args`.
  boost::asio::awaitable<Result<redis_client::Reply>> run(const redis_client::Script&, std::string queue,
                                                          TimePoint now, std::vector<std::string> args);
  struct Found {
    std::string queue;  // Empty where one step looks through all of them.
    redis_client::Reply reply;
    // The first word of the reply; "missing" where there is no queue to ask.
    std::string word() const;
  };
  // The first of `args` is the id of a job (or batch), which one of the queues has.
  boost::asio::awaitable<Result<Found>> run_for(const redis_client::Script&, TimePoint now,
                                                std::vector<std::string> args);
  // Once, or, where queues are spread, in each of them.
  boost::asio::awaitable<Result<std::vector<Found>>> run_everywhere(const redis_client::Script&,
                                                                    TimePoint now,
                                                                    std::vector<std::string> args);
  // Before a job of a series is run the next one is added.
  boost::asio::awaitable<Result<void>> go_on_with_series(std::string queue, std::string id,
                                                         std::string opts_json, TimePoint now);
  jobs::Job job_of(const redis_client::Reply& view) const;
  // What a script in this queue told of.
  void tell(const std::string& queue, const redis_client::Reply& told);

  std::shared_ptr<redis_client::Redis> redis_;
  BullOptions options_;
  std::string token_;  // Of this process in Bull's channels.
  std::shared_ptr<Homes> homes_;
  std::shared_ptr<ServerClock> clock_;
  std::shared_ptr<StepBatches> batches_;
  std::shared_ptr<Outbox> outbox_;
  std::shared_ptr<Durability> durability_;  // None without confirm_by().
  std::shared_ptr<Listeners> listeners_;    // Outlives the store by as long as a message is on its way.
};

}  // namespace cutroom::store_bull
