// Jobs whose workers are gone.
#include <algorithm>

#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/outbox.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "jobs/job_number.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

bool is_older(const jobs::JobId& a, const jobs::JobId& b) {
  const auto x = jobs::job_number_of(a).value_or(0);
  const auto y = jobs::job_number_of(b).value_or(0);
  return x != y ? x < y : a < b;
}

}  // namespace

awaitable<Result<jobs::Recovered>> BullStore::recover_expired(TimePoint now) {
  // No farther ahead than Lua's numbers are exact.
  now = std::min(now, from_unix_ms(1LL << 52));
  std::vector<std::string> args{
      std::to_string(jobs::kStallsMax), "The worker stopped responding each of the %d times it had this job",
      std::string(jobs::kCancelledReason), std::to_string(options_.stalled_interval.count())};
  const auto answers = co_await run_everywhere(scripts().recover, now, std::move(args));
  if (!answers) co_return answers.error();
  jobs::Recovered recovered;
  for (const Found& found : *answers) {
    const auto& parts = found.reply.array();
    for (const Reply& id : parts.at(0).array()) recovered.waiting.push_back(id.text());
    for (const Reply& id : parts.at(1).array()) recovered.failed.push_back(id.text());
    for (const Reply& id : parts.at(2).array()) recovered.batches_done.push_back(id.text());
    tell(found.queue, parts.at(3));
    if (!homes_->are_spread()) continue;
    // What somebody left there who is gone; and how far numbers are, so that those of all queues tell about
    // their age.
    outbox_->empty(found.queue);
    std::vector<std::string> command{"GET", homes_->root_of(found.queue) + "id"};
    const auto last = co_await redis_->command(std::move(command));
    if (last && !last->is_nil()) homes_->saw(last->text());
  }
  if (answers->size() > 1) {
    for (auto* ids : {&recovered.waiting, &recovered.failed}) std::sort(ids->begin(), ids->end(), is_older);
  }
  co_return recovered;
}

}  // namespace cutroom::store_bull
