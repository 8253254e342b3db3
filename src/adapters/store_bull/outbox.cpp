#include "adapters/store_bull/outbox.hpp"

#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "adapters/store_bull/scripts.hpp"
#include "base/log.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

constexpr std::size_t kJobsPerStep = 100;
constexpr const char* kScope =
    "outbox";  // Of the names, among callers' own keys: theirs begin with a vendor.

// A name is remembered for so long once its job has left the outbox, for who read it there before; who has
// been busy for longer than half of it since then reads again.
constexpr Millis kRememberedAfter{600'000};

// Of an entry: itself, the job's name, since when it waits, then the job's words (lua/outbox.lua).
constexpr std::size_t kWordsBefore = 3;

}  // namespace

Outbox::Outbox(boost::asio::any_io_executor executor, std::shared_ptr<redis_client::Redis> redis,
               std::shared_ptr<Homes> homes, std::shared_ptr<StepBatches> batches,
               std::shared_ptr<ServerClock> clock,
               std::function<std::vector<std::string>(const std::string&)> words)
    : strand_(std::move(executor)),
      redis_(std::move(redis)),
      homes_(std::move(homes)),
      batches_(std::move(batches)),
      clock_(std::move(clock)),
      words_(std::move(words)) {}

void Outbox::empty(const std::string& queue) {
  boost::asio::post(strand_, [self = shared_from_this(), queue] {
    const auto [at, is_new] = self->running_.try_emplace(queue, Run::once);
    at->second = is_new ? Run::once : Run::again;
    if (is_new) boost::asio::co_spawn(self->strand_, self->run(queue), boost::asio::detached);
  });
}

awaitable<void> Outbox::run(std::string queue) {
  const auto self = shared_from_this();
  for (;;) {
    const auto more = co_await bring_some(queue);
    // Whoever looks for expired leases next comes here again.
    if (!more) log::warn("jobs that follow others have to wait: {}", more.error().detail);
    auto& state = running_.at(queue);
    if (!more || (!*more && state == Run::once)) break;
    state = Run::once;
  }
  running_.erase(queue);
}

awaitable<Result<bool>> Outbox::bring_some(std::string queue) {
  const auto read_at = std::chrono::steady_clock::now();
  auto args = words_(queue);
  args.push_back(std::to_string(kJobsPerStep));
  auto keys = homes_->keys(queue);
  const auto entries = co_await redis_->run(scripts().outbox, std::move(keys), std::move(args));
  if (!entries) co_return entries.error();
  std::vector<std::string> gone{"ZREM", homes_->root_of(queue) + "outbox"};
  std::vector<std::string> remembered;
  for (const Reply& entry : entries->array()) {
    const auto& words = entry.array();
    if (std::chrono::steady_clock::now() - read_at > kRememberedAfter / 2) co_return true;
    const std::string& name = words.at(1).text();
    Step step{.kind = Step::Kind::accept, .now = from_unix_ms(words.at(2).integer()) - clock_->ahead()};
    step.words = {"0", kScope, name, "", "", "0", "1"};
    for (std::size_t i = kWordsBefore; i < words.size(); ++i) step.words.push_back(words[i].text());
    const std::string target = homes_->queue_of(words.at(kWordsBefore).text());
    const auto accepted = co_await batches_->step(target, std::move(step));
    if (!accepted) co_return accepted.error();
    gone.push_back(words.at(0).text());
    remembered.push_back(homes_->root_of(target) + "once:" + kScope + ":" + name);
  }
  if (remembered.empty()) co_return false;
  const auto removed = co_await redis_->command(std::move(gone));
  if (!removed) co_return removed.error();
  for (const std::string& key : remembered) {
    std::vector<std::string> command{"PEXPIRE", key, std::to_string(kRememberedAfter.count())};
    const auto expires = co_await redis_->command(std::move(command));
    if (!expires) co_return expires.error();
  }
  co_return remembered.size() == kJobsPerStep;
}

}  // namespace cutroom::store_bull
