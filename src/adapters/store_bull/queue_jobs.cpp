#include "adapters/store_bull/queue_jobs.hpp"

#include <algorithm>
#include <array>

#include "adapters/store_bull/key_scan.hpp"
#include "adapters/store_bull/queues_to_check.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Redis;
using redis_client::Reply;

namespace {

// Names in <prefix>:<queue>: that are no jobs (those of a debounce, a limiter and the metrics by their
// beginning).
constexpr std::array<std::string_view, 16> kNotJobs{
    "id",      "wait",   "paused",  "active",        "delayed", "priority", "completed",   "failed",
    "stalled", "repeat", "limiter", "stalled-check", "meta",    "events",   "meta-paused", "marker"};
constexpr std::array<std::string_view, 4> kNotJobsFrom{"de:", "limiter:", "metrics:", "meta-"};

}  // namespace

QueueJobs::QueueJobs(std::shared_ptr<Redis> redis, const BullOptions& options, Homes& homes,
                     std::string queue)
    : redis_(std::move(redis)),
      options_(options),
      homes_(homes),
      queue_(std::move(queue)),
      base_(homes.base_of(queue_)),
      own_("cutroom:" + base_) {}

awaitable<Result<void>> QueueJobs::each(Take take, Enough enough) {
  take_ = std::move(take);
  enough_ = std::move(enough);
  auto done = co_await learn_names();
  if (!done) co_return done;
  done = co_await go_through_keys();
  if (!done) co_return done;
  for (const char* list : {"wait", "paused", "active"}) {
    done = co_await go_through_list(base_ + list);
    if (!done) co_return done;
  }
  for (const char* set : {"delayed", "completed", "failed", "priority"}) {
    done = co_await go_through("ZSCAN", base_ + set);
    if (!done) co_return done;
  }
  for (const char* hash : {"leases", "abroad"}) {
    done = co_await go_through("HSCAN", own_ + hash);
    if (!done) co_return done;
  }
  for (const std::string& vendor : vendors_) {
    done = co_await go_through_line(own_ + "line:" + vendor);
    if (!done) co_return done;
  }
  co_return Result<void>();
}

awaitable<Result<void>> QueueJobs::learn_names() {
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
      for (const Reply& key : answer->array().at(1).array()) vendors_.insert(key.text().substr(start.size()));
    } while (cursor != "0");
  }
  co_return Result<void>();
}

std::string QueueJobs::id_of(std::string_view key) const {
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

awaitable<Result<void>> QueueJobs::go_through_keys() {
  std::string cursor = "0";
  do {
    const auto answer = co_await scan(*redis_, base_, cursor, literal(base_) + "*");
    if (!answer) co_return answer.error();
    cursor = answer->array().at(0).text();
    for (const Reply& key : answer->array().at(1).array()) {
      if (auto id = id_of(key.text()); !id.empty()) {
        const auto done = co_await take_(std::move(id));
        if (!done) co_return done;
      }
    }
  } while (cursor != "0" && !enough_());
  co_return Result<void>();
}

awaitable<Result<void>> QueueJobs::go_through(std::string command, std::string key) {
  std::string cursor = "0";
  do {
    std::vector<std::string> words{command, key, cursor, "COUNT", kScanned};
    const auto answer = co_await redis_->command(std::move(words));
    if (!answer) co_return answer.error();
    cursor = answer->array().at(0).text();
    const auto& entries = answer->array().at(1).array();
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      const auto done = co_await take_(entries[i].text());
      if (!done) co_return done;
    }
  } while (cursor != "0" && !enough_());
  co_return Result<void>();
}

awaitable<Result<void>> QueueJobs::go_through_line(std::string line) {
  std::vector<std::string> words{"TYPE", line};
  const auto type = co_await redis_->command(std::move(words));
  if (!type) co_return type.error();
  const bool is_zset = type->text() == "zset";
  if (is_zset) co_return co_await go_through("ZSCAN", line);
  co_return co_await go_through_list(std::move(line));
}

awaitable<Result<void>> QueueJobs::go_through_list(std::string list) {
  constexpr std::size_t kStep = 1'000;
  for (std::size_t at = 0; !enough_(); at += kStep) {
    std::vector<std::string> words{"LRANGE", list, std::to_string(at), std::to_string(at + kStep - 1)};
    const auto answer = co_await redis_->command(std::move(words));
    if (!answer) co_return answer.error();
    for (const Reply& word : answer->array()) {
      const auto done = co_await take_(word.text().substr(word.text().find(' ') + 1));
      if (!done) co_return done;
    }
    if (answer->array().size() < kStep) break;
  }
  co_return Result<void>();
}

}  // namespace cutroom::store_bull
