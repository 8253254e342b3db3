#include "adapters/store_bull/homes.hpp"

#include <algorithm>

#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

// A node that fails over the next moment must not give the same place again.
constexpr const char* kReplicaMaxMs = "100";

constexpr std::size_t kSharesPerStep = 500;

bool is_tagged(std::string_view name) { return name.starts_with('{') && name.ends_with('}'); }

}  // namespace

Homes::Homes(std::shared_ptr<redis_client::Redis> redis, const BullOptions& options)
    : redis_(std::move(redis)),
      prefix_(options.prefix),
      window_(std::to_string(options.window)),
      spread_(options.spread) {}

std::string Homes::name_of(std::string_view queue) const {
  if (!spread_ || is_tagged(queue)) return std::string(queue);
  return "{" + std::string(queue) + "}";
}

std::string Homes::queue_of(std::string_view name) const {
  if (spread_ && is_tagged(name)) name = name.substr(1, name.size() - 2);
  return std::string(name);
}

std::string Homes::base_of(std::string_view queue) const { return prefix_ + ":" + name_of(queue) + ":"; }

std::string Homes::root_of(std::string_view queue) const {
  return "cutroom:" + (spread_ ? base_of(queue) + ":" : prefix_ + "::");
}

std::string Homes::numbering_of(const std::string& queue) const {
  if (!spread_) return window_;
  const std::scoped_lock lock(mutex_);
  const auto place = places_.find(queue);
  return window_ + " " + std::to_string(kQueuesMax) + " " +
         std::to_string(place == places_.end() ? 0 : place->second) + " " + std::to_string(numbered_);
}

void Homes::saw(std::string_view id) {
  if (!spread_) return;
  const auto number = jobs::job_number_of(std::string(id));
  if (!number) return;
  auto before = numbered_.load();
  while (before < *number && !numbered_.compare_exchange_weak(before, *number)) {
  }
}

awaitable<Result<void>> Homes::open(std::string queue) {
  if (!spread_) co_return Result<void>();
  {
    const std::scoped_lock lock(mutex_);
    if (open_.contains(queue)) co_return Result<void>();
  }
  auto done = co_await take_place(queue);
  if (!done) co_return done;
  done = co_await copy_shares(queue);
  if (!done) co_return done;
  const std::scoped_lock lock(mutex_);
  open_.insert(queue);
  co_return Result<void>();
}

awaitable<Result<void>> Homes::take_place(std::string queue) {
  std::vector<std::string> keys{registry()};
  std::vector<std::string> args{queue, std::to_string(kQueuesMax)};
  const auto taken = co_await redis_->run(scripts().place, std::move(keys), std::move(args));
  if (!taken) co_return taken.error();
  const auto place = taken->array().at(0).integer();
  if (place < 0) {
    co_return Error{.code = Errc::storage_failed,
                    .detail = "more than " + std::to_string(kQueuesMax) +
                              " queues can't be spread over a cluster; use a redis.prefix with a hash tag"};
  }
  if (taken->array().at(1).integer() == 1) {
    std::vector<std::vector<std::string>> commands{{"HGET", registry(), queue}, {"WAIT", "1", kReplicaMaxMs}};
    const auto waited = co_await redis_->pipeline(std::move(commands));
    if (!waited) co_return waited.error();
  }
  const std::scoped_lock lock(mutex_);
  places_[queue] = static_cast<std::size_t>(place);
  co_return Result<void>();
}

awaitable<Result<void>> Homes::copy_shares(std::string queue) {
  std::vector<std::string> count_all{"HLEN", shares()};
  std::vector<std::string> count_here{"HLEN", root_of(queue) + "shares"};
  const auto all = co_await redis_->command(std::move(count_all));
  if (!all) co_return all.error();
  const auto here = co_await redis_->command(std::move(count_here));
  if (!here) co_return here.error();
  if (here->integer() >= all->integer()) co_return Result<void>();
  std::vector<std::string> command{"HGETALL", shares()};
  const auto kept = co_await redis_->command(std::move(command));
  if (!kept) co_return kept.error();
  const auto& fields = kept->array();
  for (std::size_t at = 0; at < fields.size(); at += 2 * kSharesPerStep) {
    // Somebody who changes one at this moment does it here as well: what is there is newer.
    std::vector<std::string> args{"0", prefix_, "", numbering_of(queue), "1"};
    for (std::size_t i = at; i + 1 < std::min(fields.size(), at + 2 * kSharesPerStep); i += 2) {
      args.push_back(fields[i].text());
      std::string_view words = fields[i + 1].text();
      for (auto space = words.find(' '); !words.empty(); space = words.find(' ')) {
        args.emplace_back(words.substr(0, space));
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
      }
    }
    auto where = keys(queue);
    const auto copied = co_await redis_->run(scripts().share, std::move(where), std::move(args));
    if (!copied) co_return copied.error();
  }
  co_return Result<void>();
}

awaitable<Result<std::vector<std::string>>> Homes::all() {
  std::vector<std::string> queues;
  if (!spread_) {
    std::vector<std::string> command{"SMEMBERS", root_of("") + "queues"};
    const auto names = co_await redis_->command(std::move(command));
    if (!names) co_return names.error();
    for (const Reply& name : names->array()) queues.push_back(name.text());
    co_return queues;
  }
  std::vector<std::string> command{"HGETALL", registry()};
  const auto fields = co_await redis_->command(std::move(command));
  if (!fields) co_return fields.error();
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i + 1 < fields->array().size(); i += 2) {
    queues.push_back(fields->array()[i].text());
    places_[queues.back()] = static_cast<std::size_t>(fields->array()[i + 1].integer());
  }
  co_return queues;
}

awaitable<Result<bool>> Homes::knows(std::string queue) {
  if (!spread_) co_return true;
  {
    const std::scoped_lock lock(mutex_);
    if (places_.contains(queue)) co_return true;
  }
  const auto queues = co_await all();
  if (!queues) co_return queues.error();
  co_return std::find(queues->begin(), queues->end(), queue) != queues->end();
}

std::vector<std::string> Homes::likely_for(std::string_view id) const {
  if (!spread_) return {std::string()};
  const auto number = jobs::job_number_of(std::string(id));
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> queues;
  for (const auto& [queue, place] : places_) {
    const bool is_its = number && *number % kQueuesMax == place;
    queues.insert(is_its ? queues.begin() : queues.end(), queue);
  }
  return queues;
}

awaitable<Result<void>> Homes::keep_share(std::string vendor, std::vector<std::string> words) {
  if (!spread_) co_return Result<void>();
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  std::vector<std::string> command{"HSET", shares(), std::move(vendor), std::move(all)};
  const auto kept = co_await redis_->command(std::move(command));
  if (!kept) co_return kept.error();
  co_return Result<void>();
}

}  // namespace cutroom::store_bull
