// A step's way to the queue, or to all of them.
#include <algorithm>
#include <set>

#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

// How scripts answer that the queue has no such job.
constexpr std::string_view kMissing = "missing";

}  // namespace

std::string BullStore::Found::word() const {
  return reply.array().empty() ? std::string(kMissing) : reply.array().front().text();
}

awaitable<Result<Reply>> BullStore::run(const redis_client::Script& script, std::string queue, TimePoint now,
                                        std::vector<std::string> args) {
  if (!queue.empty()) {
    const auto is_open = co_await homes_->open(queue);
    if (!is_open) co_return is_open.error();
  }
  if (clock_->is_old()) co_await clock_->look();
  if (now != TimePoint{}) now += clock_->ahead();
  std::vector<std::string> all{std::to_string(to_unix_ms(now)), options_.prefix, token_,
                               homes_->numbering_of(queue)};
  all.insert(all.end(), std::move_iterator(args.begin()), std::move_iterator(args.end()));
  auto keys = homes_->keys(queue);
  co_return co_await redis_->run(script, std::move(keys), std::move(all));
}

awaitable<Result<BullStore::Found>> BullStore::run_for(const redis_client::Script& script, TimePoint now,
                                                       std::vector<std::string> args) {
  Found found{.queue = {}, .reply = {}};
  std::set<std::string> asked;
  auto queues = homes_->likely_for(args.front());
  for (int round = 0;; ++round) {
    for (const std::string& queue : queues) {
      if (!asked.insert(queue).second) continue;
      auto words = args;
      auto answer = co_await run(script, queue, now, std::move(words));
      if (!answer) co_return answer.error();
      found = {.queue = queue, .reply = std::move(*answer)};
      // A view of a job has more words, whatever the job is called.
      if (found.reply.array().size() > 1 || found.word() != kMissing) co_return found;
    }
    if (round > 0 || !homes_->are_spread()) co_return found;
    // Other processes may have opened further ones.
    auto all = co_await homes_->all();
    if (!all) co_return all.error();
    queues = std::move(*all);
  }
}

awaitable<Result<std::vector<BullStore::Found>>> BullStore::run_everywhere(const redis_client::Script& script,
                                                                           TimePoint now,
                                                                           std::vector<std::string> args) {
  std::vector<std::string> queues{std::string()};
  if (homes_->are_spread()) {
    auto all = co_await homes_->all();
    if (!all) co_return all.error();
    queues = std::move(*all);
  }
  std::vector<Found> answers;
  for (const std::string& queue : queues) {
    auto words = args;
    auto answer = co_await run(script, queue, now, std::move(words));
    if (!answer) co_return answer.error();
    answers.push_back({.queue = queue, .reply = std::move(*answer)});
  }
  co_return answers;
}

awaitable<Result<jobs::Accepted>> BullStore::accept_apart(jobs::Handover handover, TimePoint now) {
  std::vector<std::string> queues;
  for (const jobs::NewJob& job : handover.jobs) {
    if (std::find(queues.begin(), queues.end(), job.queue) == queues.end()) queues.push_back(job.queue);
  }
  if (queues.empty()) co_return jobs::Accepted{};
  if (handover.once) {
    // Each queue remembers the keys of its own calls.
    if (queues.size() > 1)
      co_return Error{.code = Errc::invalid_input, .message = "Jobs of one call must be of one queue"};
    jobs::Once once = *handover.once;
    auto before = co_await find_repeated(std::move(once), queues.front(), now);
    if (!before) co_return before.error();
    if (*before) co_return std::move(**before);
  }
  if (queues.size() == 1) co_return co_await accept_in(queues.front(), std::move(handover), now);
  jobs::Accepted all;
  all.ids.resize(handover.jobs.size());
  for (const std::string& queue : queues) {
    jobs::Handover part;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < handover.jobs.size(); ++i) {
      if (handover.jobs[i].queue != queue) continue;
      part.jobs.push_back(std::move(handover.jobs[i]));
      whose.push_back(i);
    }
    auto accepted = co_await accept_in(queue, std::move(part), now);
    if (!accepted) co_return accepted.error();
    for (std::size_t i = 0; i < whose.size(); ++i) all.ids[whose[i]] = std::move(accepted->ids[i]);
  }
  co_return all;
}

awaitable<Result<std::optional<jobs::Accepted>>> BullStore::find_repeated(jobs::Once once, std::string but,
                                                                          TimePoint now) {
  std::vector<std::string> queues{std::string()};
  if (homes_->are_spread()) {
    auto all = co_await homes_->all();
    if (!all) co_return all.error();
    queues = std::move(*all);
  }
  for (const std::string& queue : queues) {
    if (!but.empty() && queue == but) continue;
    std::vector<std::string> args{once.scope, once.key, once.fingerprint,
                                  std::to_string(jobs::kOnceKept.count())};
    const auto answer = co_await run(scripts().repeated, queue, now, std::move(args));
    if (!answer) co_return answer.error();
    const auto& parts = answer->array();
    if (parts.at(0).text() == "conflict") co_return jobs::key_conflict();
    if (parts.at(0).text() != "new") co_return std::optional(accepted_from(parts));
  }
  co_return std::nullopt;
}

}  // namespace cutroom::store_bull
