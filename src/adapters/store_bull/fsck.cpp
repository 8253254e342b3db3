#include "adapters/store_bull/fsck.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/scripts.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Redis;
using redis_client::Reply;

namespace {

constexpr std::size_t kJobsPerStep = 400;
constexpr const char* kScanned = "1000";  // Keys that one SCAN looks at.

// Names in <prefix>:<queue>: that are no jobs (those of a debounce, a limiter and the metrics by their
// beginning).
constexpr std::array<std::string_view, 16> kNotJobs{
    "id",      "wait",   "paused",  "active",        "delayed", "priority", "completed",   "failed",
    "stalled", "repeat", "limiter", "stalled-check", "meta",    "events",   "meta-paused", "marker"};
constexpr std::array<std::string_view, 4> kNotJobsFrom{"de:", "limiter:", "metrics:", "meta-"};

// What stands for itself in a pattern of Redis.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(R"(*?[]\^)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// On the node that has the keys beginning with `base`.
awaitable<Result<Reply>> scan(Redis& redis, std::string base, std::string cursor, std::string pattern) {
  std::vector<std::string> keys{std::move(base)};
  std::vector<std::string> args{std::move(cursor), std::move(pattern), kScanned};
  return redis.run(scripts().scan, std::move(keys), std::move(args));
}

class Check {
 public:
  Check(std::shared_ptr<Redis> redis, BullOptions options, std::string queue)
      : redis_(std::move(redis)),
        options_(std::move(options)),
        homes_(redis_, options_),
        queue_(homes_.queue_of(queue)),
        base_(homes_.base_of(queue)),
        own_("cutroom:" + base_) {}

  using Found = std::set<FsckFinding>;

  awaitable<Result<void>> look_at_all(std::size_t findings_max) {
    auto done = co_await learn_names();
    if (!done) co_return done;
    done = co_await scan_keys(findings_max);
    if (!done) co_return done;
    for (const char* list : {"wait", "paused", "active"}) {
      done = co_await go_through_list(base_ + list, findings_max);
      if (!done) co_return done;
    }
    for (const char* set : {"delayed", "completed", "failed", "priority"}) {
      done = co_await go_through("ZSCAN", base_ + set, 2, findings_max);
      if (!done) co_return done;
    }
    for (const char* hash : {"leases", "abroad"}) {
      done = co_await go_through("HSCAN", own_ + hash, 2, findings_max);
      if (!done) co_return done;
    }
    for (const std::string& vendor : vendors_) {
      done = co_await go_through_line(own_ + "line:" + vendor, findings_max);
      if (!done) co_return done;
    }
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
    words.insert(words.end(), vendors_.begin(), vendors_.end());
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

  awaitable<Result<void>> learn_names() {
    const auto learned = co_await homes_.all();
    if (!learned) co_return learned.error();
    const auto queues = co_await queues_to_check(redis_, options_);
    if (!queues) co_return queues.error();
    for (const std::string& other : *queues) {
      if (!options_.spread && other.starts_with(queue_ + ":"))
        inner_queues_.push_back(other.substr(queue_.size() + 1) + ":");
    }
    for (const char* kind : {"line:", "vendor:"}) {
      const std::string start = own_ + kind;
      std::string cursor = "0";
      do {
        const auto answer = co_await scan(*redis_, base_, cursor, literal(start) + "*");
        if (!answer) co_return answer.error();
        cursor = answer->array().at(0).text();
        for (const Reply& key : answer->array().at(1).array())
          vendors_.insert(key.text().substr(start.size()));
      } while (cursor != "0");
    }
    co_return Result<void>();
  }

  // The id of the job to which a key belongs; empty for other keys.
  std::string id_of(std::string_view key) const {
    std::string_view id = key.substr(base_.size());
    if (std::find(kNotJobs.begin(), kNotJobs.end(), id) != kNotJobs.end()) return {};
    for (const auto start : kNotJobsFrom) {
      if (id.starts_with(start)) return {};
    }
    for (const auto& inner : inner_queues_) {
      if (id.starts_with(inner)) return {};
    }
    for (const std::string_view end : {":lock", ":logs"}) {
      if (id.ends_with(end)) id.remove_suffix(end.size());
    }
    return std::string(id);
  }

  awaitable<Result<void>> scan_keys(std::size_t findings_max) {
    std::string cursor = "0";
    do {
      const auto answer = co_await scan(*redis_, base_, cursor, literal(base_) + "*");
      if (!answer) co_return answer.error();
      cursor = answer->array().at(0).text();
      for (const Reply& key : answer->array().at(1).array()) {
        if (auto id = id_of(key.text()); !id.empty()) {
          const auto done = co_await note(std::move(id));
          if (!done) co_return done;
        }
      }
    } while (cursor != "0" && found_.size() < findings_max);
    co_return Result<void>();
  }

  awaitable<Result<void>> go_through(std::string command, std::string key, std::size_t stride,
                                     std::size_t findings_max) {
    std::string cursor = "0";
    do {
      std::vector<std::string> words{command, key, cursor, "COUNT", kScanned};
      const auto answer = co_await redis_->command(std::move(words));
      if (!answer) co_return answer.error();
      cursor = answer->array().at(0).text();
      const auto& entries = answer->array().at(1).array();
      for (std::size_t i = 0; i < entries.size(); i += stride) {
        const auto done = co_await note(entries[i].text());
        if (!done) co_return done;
      }
    } while (cursor != "0" && found_.size() < findings_max);
    co_return Result<void>();
  }

  // A list, or a zset (lua/3_line.lua).
  awaitable<Result<void>> go_through_line(std::string line, std::size_t findings_max) {
    std::vector<std::string> words{"TYPE", line};
    const auto type = co_await redis_->command(std::move(words));
    if (!type) co_return type.error();
    const bool is_zset = type->text() == "zset";
    if (is_zset) co_return co_await go_through("ZSCAN", line, 2, findings_max);
    co_return co_await go_through_list(std::move(line), findings_max);
  }

  // Of ids, or of ids with a number before each.
  awaitable<Result<void>> go_through_list(std::string list, std::size_t findings_max) {
    constexpr std::size_t kStep = 1'000;
    for (std::size_t at = 0; found_.size() < findings_max; at += kStep) {
      std::vector<std::string> words{"LRANGE", list, std::to_string(at), std::to_string(at + kStep - 1)};
      const auto answer = co_await redis_->command(std::move(words));
      if (!answer) co_return answer.error();
      for (const Reply& word : answer->array()) {
        const auto done = co_await note(word.text().substr(word.text().find(' ') + 1));
        if (!done) co_return done;
      }
      if (answer->array().size() < kStep) break;
    }
    co_return Result<void>();
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
  const std::string queue_, base_, own_;
  std::vector<std::string> inner_queues_;  // Of queues whose names begin with this one's and a colon.
  std::set<std::string> vendors_;
  std::set<std::string> seen_;
  std::vector<std::string> noted_;
  Found found_;
};

}  // namespace

awaitable<Result<std::vector<std::string>>> queues_to_check(std::shared_ptr<Redis> redis,
                                                            BullOptions options) {
  Homes homes(redis, options);
  auto known = co_await homes.all();
  if (!known) co_return known.error();
  // Spread over nodes, those that nobody has opened would have to be looked for at every one of them.
  if (options.spread) co_return known;
  std::set<std::string> names(known->begin(), known->end());
  const std::string start = options.prefix + ":";
  constexpr std::string_view kEnd = ":id";
  std::string cursor = "0";
  do {
    const auto answer = co_await scan(*redis, start, cursor, literal(start) + "*:id");
    if (!answer) co_return answer.error();
    cursor = answer->array().at(0).text();
    for (const Reply& key : answer->array().at(1).array()) {
      const std::string& text = key.text();
      if (text.size() > start.size() + kEnd.size())
        names.insert(text.substr(start.size(), text.size() - start.size() - kEnd.size()));
    }
  } while (cursor != "0");
  co_return std::vector<std::string>(names.begin(), names.end());
}

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
