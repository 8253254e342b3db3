#include "adapters/store_bull/bull_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "adapters/store_bull/arranger.hpp"
#include "adapters/store_bull/durability.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/listeners.hpp"
#include "adapters/store_bull/outbox.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "adapters/store_bull/server_info.hpp"
#include "adapters/store_bull/step_batches.hpp"
#include "base/log.hpp"
#include "base/token.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

// The scripts use commands that older ones don't have.
constexpr int kMajorMin = 6;
constexpr int kMinorMin = 2;

awaitable<void> check_version(std::shared_ptr<redis_client::Redis> redis) {
  std::vector<std::string> command{"INFO", "server"};
  const auto info = co_await redis->command(std::move(command));
  if (!info) co_return;
  const auto version = value_of(info->text(), "redis_version");
  if (version.empty() || is_at_least(version, kMajorMin, kMinorMin)) co_return;
  log::error("Redis {} is too old for queues: they need {}.{} or later", version, kMajorMin, kMinorMin);
}

// What was told while nobody listened is found by looking.
awaitable<void> catch_up(std::shared_ptr<Homes> homes, std::shared_ptr<Listeners> listeners,
                         std::shared_ptr<Arranger> arranger) {
  const auto queues = co_await homes->all();
  if (!queues) co_return;  // The connection has broken again; its next rise calls again.
  for (const std::string& queue : *queues) {
    arranger->arrange(queue);
    listeners->tell_work(queue);
  }
}

// The queues that a script named; where they are spread also ">" for jobs left in its queue's outbox, and #
// before the highest number there.
void tell_of(Listeners& listeners, Homes& homes, Outbox* outbox, const std::string& queue,
             const Reply& told) {
  for (const Reply& word : told.array()) {
    const std::string& text = word.text();
    if (homes.are_spread() && text.starts_with('#')) {
      homes.saw(std::string_view(text).substr(1));
    } else if (homes.are_spread() && text == ">") {
      if (outbox != nullptr) outbox->empty(queue);
    } else {
      listeners.tell_work(homes.queue_of(text));
    }
  }
}

// The words that each script begins with, at this moment.
auto words_now(const std::shared_ptr<Homes>& homes, const std::shared_ptr<ServerClock>& clock,
               const std::string& prefix, const std::string& token) {
  return [homes, clock, prefix, token](const std::string& queue) {
    return std::vector<std::string>{std::to_string(to_unix_ms(SystemClock().now() + clock->ahead())), prefix,
                                    token, homes->numbering_of(queue)};
  };
}

}  // namespace

BullStore::BullStore(std::shared_ptr<redis_client::Redis> redis, BullOptions options,
                     boost::asio::any_io_executor executor)
    : redis_(std::move(redis)),
      options_(std::move(options)),
      token_(std::string(kTokenMark) + random_token()),
      homes_(std::make_shared<Homes>(redis_, options_)),
      clock_(std::make_shared<ServerClock>(redis_, homes_->root_of(""), options_.by_server_clock)),
      batches_(std::make_shared<StepBatches>(executor, redis_, homes_, clock_, options_.prefix, token_)),
      outbox_(std::make_shared<Outbox>(executor, redis_, homes_, batches_, clock_,
                                       words_now(homes_, clock_, options_.prefix, token_))),
      listeners_(std::make_shared<Listeners>(std::move(executor), homes_, options_.prefix, token_)) {
  // The outbox holds the batches, so they must not hold it.
  batches_->on_told([listeners = listeners_, homes = homes_, outbox = std::weak_ptr(outbox_)](
                        const std::string& queue, const Reply& told) {
    tell_of(*listeners, *homes, outbox.lock().get(), queue, told);
  });
}

void BullStore::listen() {
  const auto arranger = std::make_shared<Arranger>(listeners_->executor(), redis_, homes_,
                                                   words_now(homes_, clock_, options_.prefix, token_));
  listeners_->subscribe(*redis_, [arranger](const std::string& queue) { arranger->arrange(queue); });
  // Weak: the handler is Redis' own, and these hold Redis.
  redis_->on_connection([weak_homes = std::weak_ptr(homes_), weak_arranger = std::weak_ptr(arranger),
                         listeners = std::weak_ptr(listeners_), weak_redis = std::weak_ptr(redis_)](bool up) {
    const auto homes = weak_homes.lock();
    const auto arrange = weak_arranger.lock();
    const auto to = listeners.lock();
    const auto redis = weak_redis.lock();
    if (!up || !homes || !arrange || !to || !redis) return;
    boost::asio::co_spawn(to->executor(), check_version(redis), boost::asio::detached);
    boost::asio::co_spawn(to->executor(), catch_up(homes, to, arrange), boost::asio::detached);
  });
}

std::string BullStore::name_of(const std::string& queue) const { return homes_->name_of(queue); }

BullStore::~BullStore() { listeners_->close(); }

void BullStore::confirm_by(std::function<std::shared_ptr<redis_client::Redis>()> connect) {
  durability_ = std::make_shared<Durability>(listeners_->executor(), redis_, homes_, std::move(connect));
}

awaitable<Result<std::string>> BullStore::check_durable(std::string queue) {
  if (durability_) co_return co_await durability_->check(std::move(queue));
  co_return Error{.code = Errc::internal, .detail = "nobody said how to ask Redis whether a job is safe"};
}

awaitable<Result<void>> BullStore::make_durable(std::string queue, std::string witness) {
  if (durability_) co_return co_await durability_->wait(std::move(queue), std::move(witness));
  co_return Error{.code = Errc::internal, .detail = "nobody said how to ask Redis whether a job is safe"};
}

void BullStore::on_work(std::function<void(const std::string& queue)> call) {
  listeners_->on_work(std::move(call));
}

void BullStore::on_cancel(std::function<void(const jobs::JobId&)> call) {
  listeners_->on_cancel(std::move(call));
}

void BullStore::tell(const std::string& queue, const Reply& told) {
  tell_of(*listeners_, *homes_, outbox_.get(), queue, told);
}

}  // namespace cutroom::store_bull
