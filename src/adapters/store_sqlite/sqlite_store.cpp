#include "adapters/store_sqlite/sqlite_store.hpp"

#include <functional>
#include <utility>

#include <boost/asio/post.hpp>

#include "adapters/store_sqlite/folder_lock.hpp"
#include "adapters/store_sqlite/schema.hpp"
#include "adapters/store_sqlite/steps.hpp"
#include "base/batch_thread.hpp"

namespace cutroom::store_sqlite {
namespace {

using boost::asio::awaitable;
using jobs::JobId;
using jobs::Lease;

class SqliteStore final : public jobs::JobStore {
 public:
  SqliteStore(FolderLock lock, std::unique_ptr<Steps> steps, boost::asio::any_io_executor executor)
      : lock_(std::move(lock)),
        steps_(std::move(steps)),
        executor_(std::move(executor)),
        thread_("store",
                {.begin = [this] { return steps_->begin(); }, .commit = [this] { return commit(); }}) {}

  void on_work(std::function<void(const std::string& queue)> callback) override {
    on_work_ = std::make_shared<const std::function<void(const std::string&)>>(std::move(callback));
  }

  void on_cancel(std::function<void(const JobId&)> callback) override {
    on_cancel_ = std::make_shared<const std::function<void(const JobId&)>>(std::move(callback));
  }

  awaitable<Result<jobs::Accepted>> accept(jobs::Handover handover, TimePoint now) override {
    return step([this, handover = std::move(handover), now] { return steps_->accept(handover, now); });
  }
  awaitable<Result<std::optional<jobs::Accepted>>> repeated(jobs::Once once, TimePoint now) override {
    return step([this, once = std::move(once), now] { return steps_->repeated(once, now); });
  }
  awaitable<Result<jobs::Claim>> claim(jobs::ClaimOptions options) override {
    return step([this, options = std::move(options)] { return steps_->claim(options); });
  }
  awaitable<Result<TimePoint>> extend_lease(Lease lease, Millis length, TimePoint now) override {
    return step(
        [this, lease = std::move(lease), length, now] { return steps_->extend_lease(lease, length, now); });
  }
  awaitable<Result<void>> report_progress(Lease lease, int percent) override {
    return step(
        [this, lease = std::move(lease), percent] { return steps_->report_progress(lease, percent); });
  }
  awaitable<Result<jobs::Settled>> settle(Lease lease, jobs::Settlement settlement, TimePoint now) override {
    return step([this, lease = std::move(lease), settlement = std::move(settlement), now]() mutable {
      return steps_->settle(lease, std::move(settlement), now);
    });
  }
  awaitable<Result<jobs::Recovered>> recover_expired(TimePoint now) override {
    return step([this, now] { return steps_->recover_expired(now); });
  }
  awaitable<Result<jobs::Job>> get(JobId id) override {
    return step([this, id = std::move(id)] { return steps_->get(id); });
  }
  awaitable<Result<jobs::QueueCounts>> counts(std::string queue) override {
    return step([this, queue = std::move(queue)] { return steps_->counts(queue); });
  }
  awaitable<Result<jobs::JobPage>> list(jobs::JobFilter filter, std::optional<JobId> older_than,
                                        std::size_t limit) override {
    return step([this, filter = std::move(filter), older_than = std::move(older_than), limit] {
      return steps_->list(filter, older_than, limit);
    });
  }
  awaitable<Result<std::vector<jobs::AttemptLog>>> log(JobId id) override {
    return step([this, id = std::move(id)] { return steps_->log(id); });
  }
  awaitable<Result<jobs::Batch>> batch(jobs::BatchId id) override {
    return step([this, id = std::move(id)] { return steps_->batch(id); });
  }
  awaitable<Result<jobs::Cancelled>> cancel(JobId id, std::vector<jobs::NewJob> follow_ups,
                                            TimePoint now) override {
    return step([this, id = std::move(id), follow_ups = std::move(follow_ups), now] {
      return steps_->cancel(id, follow_ups, now);
    });
  }
  awaitable<Result<void>> promote(JobId id) override {
    return step([this, id = std::move(id)] { return steps_->promote(id); });
  }
  awaitable<Result<void>> retry(JobId id, TimePoint /*now*/) override {
    return step([this, id = std::move(id)] { return steps_->retry(id); });
  }
  awaitable<Result<void>> remove(JobId id, TimePoint now) override {
    return step([this, id = std::move(id), now] { return steps_->remove(id, now); });
  }
  awaitable<Result<std::size_t>> remove_waiting(std::string queue, std::optional<std::string> vendor,
                                                TimePoint now) override {
    return step([this, queue = std::move(queue), vendor = std::move(vendor), now] {
      return steps_->remove_waiting(queue, vendor, now);
    });
  }
  awaitable<Result<std::size_t>> prune(jobs::PruneRule rule) override {
    return step([this, rule = std::move(rule)] { return steps_->prune(rule); });
  }
  awaitable<Result<void>> set_paused(std::string queue, bool paused) override {
    return step([this, queue = std::move(queue), paused] { return steps_->set_paused(queue, paused); });
  }
  awaitable<Result<void>> set_share(std::string vendor, jobs::VendorShare share) override {
    return step([this, vendor = std::move(vendor), share] { return steps_->set_share(vendor, share); });
  }

 private:
  template <class Fn>
  awaitable<std::invoke_result_t<Fn&>> step(Fn fn) {
    return thread_.run([this, fn = std::move(fn)]() mutable -> std::invoke_result_t<Fn&> {
      if (steps_->failure()) return *steps_->failure();
      return fn();
    });
  }

  // On the store's thread.
  Result<void> commit() {
    auto done = steps_->commit();
    if (!done) return done;
    for (const JobId& id : on_cancel_ ? steps_->cancelled() : std::vector<JobId>())
      boost::asio::post(executor_, [callback = on_cancel_, id] { (*callback)(id); });
    if (!on_work_) return done;
    for (const std::string& queue : steps_->told()) {
      boost::asio::post(executor_, [callback = on_work_, queue] { (*callback)(queue); });
    }
    return done;
  }

  const FolderLock lock_;         // Let go of last.
  std::unique_ptr<Steps> steps_;  // The thread's alone.
  boost::asio::any_io_executor executor_;
  // Set before the first step, so the thread sees it; shared with calls that are under way at the end.
  std::shared_ptr<const std::function<void(const std::string&)>> on_work_;
  std::shared_ptr<const std::function<void(const JobId&)>> on_cancel_;
  BatchThread thread_;  // Joined first.
};

}  // namespace

Result<std::unique_ptr<jobs::JobStore>> open_sqlite_store(Options options,
                                                          boost::asio::any_io_executor executor) {
  auto folder = options.file.parent_path();
  auto lock = FolderLock::take(folder.empty() ? "." : folder);
  if (!lock) return lock.error();
  const auto named = [](Error error) {
    if (error.message.empty())
      error.message = "The job database can't be read: its file is damaged, or its disk fails";
    return error;
  };
  auto database = sqlite_handle::Database::open({.file = options.file, .cache_kib = options.cache_kib});
  if (!database) return named(database.error());
  if (const auto migrated = migrate(*database); !migrated) return named(migrated.error());
  auto steps = std::make_unique<Steps>(std::move(*database));
  if (const auto loaded = steps->load(); !loaded) return named(loaded.error());
  return std::make_unique<SqliteStore>(std::move(*lock), std::move(steps), std::move(executor));
}

}  // namespace cutroom::store_sqlite
