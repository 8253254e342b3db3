#include "adapters/store_bull/fsck.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/queue_jobs.hpp"
#include "adapters/store_bull/scripts.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Redis;
using redis_client::Reply;

namespace {

constexpr std::size_t kJobsPerStep = 400;

class Check {
 public:
  Check(std::shared_ptr<Redis> redis, BullOptions options, std::string queue)
      : redis_(std::move(redis)),
        options_(std::move(options)),
        homes_(redis_, options_),
        queue_(homes_.queue_of(queue)),
        jobs_(redis_, options_, homes_, queue_) {}

  using Found = std::set<FsckFinding>;

  awaitable<Result<void>> look_at_all(std::size_t findings_max) {
    QueueJobs::Take take = [this](std::string id) { return note(std::move(id)); };
    QueueJobs::Enough enough = [this, findings_max] { return found_.size() >= findings_max; };
    const auto done = co_await jobs_.each(std::move(take), std::move(enough));
    if (!done) co_return done;
    co_return co_await look_at(std::vector<std::string>());
  }

  // Again at those alone that were found.
  awaitable<Result<void>> look_again() {
    Found before;
    std::swap(before, found_);
    std::vector<std::string> ids;
    for (const auto& finding : before) {
      if (!finding.job.empty() && (ids.empty() || ids.back() != finding.job)) ids.push_back(finding.job);
    }
    for (std::size_t at = 0; at < ids.size(); at += kJobsPerStep) {
      const auto end = std::min(ids.size(), at + kJobsPerStep);
      std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                    ids.begin() + static_cast<std::ptrdiff_t>(end));
      const auto done = co_await look_at(std::move(some));
      if (!done) co_return done;
    }
    // Of what was found first, what is still there.
    std::erase_if(found_, [&](const FsckFinding& finding) {
      return std::none_of(before.begin(), before.end(), [&](const FsckFinding& one) {
        return one.job == finding.job && one.what == finding.what;
      });
    });
    co_return Result<void>();
  }

  awaitable<Result<void>> mend() {
    std::vector<std::string> words;
    for (const auto& finding : found_) {
      words.insert(words.end(), {finding.job, finding.what});
      if (words.size() < 2 * kJobsPerStep && &finding != &*found_.rbegin()) continue;
      const auto answer = co_await run(scripts().fsck_mend, std::move(words));
      if (!answer) co_return answer.error();
      words.clear();
    }
    co_return Result<void>();
  }

  // The store's own keys of the queue.
  awaitable<Result<std::vector<FsckFinding>>> look_at_queue(bool mend) {
    std::vector<std::string> words{mend ? "1" : "0"};
    words.insert(words.end(), jobs_.vendors().begin(), jobs_.vendors().end());
    const auto answer = co_await run(scripts().fsck_queue, std::move(words));
    if (!answer) co_return answer.error();
    std::vector<FsckFinding> findings;
    const auto& parts = answer->array();
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      findings.push_back({.job = {}, .what = parts[i].text(), .detail = parts[i + 1].text()});
    co_return findings;
  }

  const Found& found() const { return found_; }
  std::uint64_t looked_at() const { return seen_.size(); }

 private:
  awaitable<Result<Reply>> run(const redis_client::Script& script, std::vector<std::string> args) {
    std::vector<std::string> words{std::to_string(to_unix_ms(SystemClock().now())), options_.prefix,
                                   "cutroom-fsck", homes_.numbering_of(queue_), homes_.name_of(queue_)};
    words.insert(words.end(), std::move_iterator(args.begin()), std::move_iterator(args.end()));
    auto keys = homes_.keys(queue_);
    co_return co_await redis_->run(script, std::move(keys), std::move(words));
  }

  awaitable<Result<void>> note(std::string id) {
    if (!seen_.insert(id).second) co_return Result<void>();
    noted_.push_back(std::move(id));
    if (noted_.size() < kJobsPerStep) co_return Result<void>();
    co_return co_await look_at(std::vector<std::string>());
  }

  // At these, and at those that are noted.
  awaitable<Result<void>> look_at(std::vector<std::string> ids) {
    ids.insert(ids.end(), std::move_iterator(noted_.begin()), std::move_iterator(noted_.end()));
    noted_.clear();
    if (ids.empty()) co_return Result<void>();
    const auto answer = co_await run(scripts().fsck_jobs, std::move(ids));
    if (!answer) co_return answer.error();
    const auto& parts = answer->array();
    for (std::size_t i = 0; i + 2 < parts.size(); i += 3)
      found_.insert({.job = parts[i].text(), .what = parts[i + 1].text(), .detail = parts[i + 2].text()});
    co_return Result<void>();
  }

  const std::shared_ptr<Redis> redis_;
  const BullOptions options_;
  Homes homes_;
  const std::string queue_;
  QueueJobs jobs_;
  std::set<std::string> seen_;
  std::vector<std::string> noted_;
  Found found_;
};

}  // namespace

awaitable<Result<FsckReport>> check_queue(std::shared_ptr<Redis> redis, BullOptions options,
                                          std::string queue, FsckOptions how) {
  Check check(std::move(redis), std::move(options), std::move(queue));
  auto done = co_await check.look_at_all(how.findings_max);
  if (!done) co_return done.error();
  FsckReport report{.jobs = check.looked_at(), .findings = {}, .is_repaired = false};
  if (!check.found().empty()) {
    if (how.between_looks > Millis{0}) {
      boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, how.between_looks);
      co_await pause.async_wait(boost::asio::use_awaitable);
    }
    done = co_await check.look_again();
    if (!done) co_return done.error();
    report.findings.assign(check.found().begin(), check.found().end());
    if (how.repair) {
      done = co_await check.mend();
      if (!done) co_return done.error();
    }
  }
  auto of_queue = co_await check.look_at_queue(how.repair && !report.findings.empty());
  if (!of_queue) co_return of_queue.error();
  if (how.repair && report.findings.empty() && !of_queue->empty()) {
    const auto mended = co_await check.look_at_queue(true);
    if (!mended) co_return mended.error();
  }
  report.findings.insert(report.findings.end(), of_queue->begin(), of_queue->end());
  report.is_repaired = how.repair && !report.findings.empty();
  co_return report;
}

}  // namespace cutroom::store_bull
