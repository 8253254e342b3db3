// A worker's way through a job: taken, kept, ended.
#include <algorithm>

#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/job_view.hpp"
#include "adapters/store_bull/job_words.hpp"
#include "adapters/store_bull/repeat.hpp"
#include "adapters/store_bull/scripts.hpp"
#include "adapters/store_bull/server_clock.hpp"
#include "adapters/store_bull/step_batches.hpp"
#include "jobs/new_job_rules.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using jobs::Lease;
using jobs::Move;

namespace {

std::string_view word_of(Move move) {
  switch (move) {
    case Move::complete:
      return "complete";
    case Move::retry_at:
      return "retry_at";
    case Move::release:
      return "release";
    default:
      return "fail";
  }
}

// In a lease's token, before the name of its queue: so the job's end needs no search for it, and a number
// that two queues have is no trouble. Redis sees what stands before it.
constexpr char kQueueMark = ':';

std::string token_of(const Lease& lease) { return lease.token.substr(0, lease.token.find(kQueueMark)); }

std::string queue_of(const Lease& lease) {
  const auto at = lease.token.find(kQueueMark);
  return at == std::string::npos ? std::string() : lease.token.substr(at + 1);
}

constexpr std::string_view kUnnamed = "__default__";  // What Bull calls a job without a name.

std::string ms_of(TimePoint time) { return std::to_string(to_unix_ms(time)); }

}  // namespace

awaitable<Result<jobs::Claim>> BullStore::claim(jobs::ClaimOptions options) {
  if (clock_->is_old()) co_await clock_->look();
  const Millis ahead = clock_->ahead();
  Step step{.kind = Step::Kind::claim, .now = options.now, .words = {std::to_string(options.lease.count())}};
  if (const auto at = options_.limiters.find(options.queue); at != options_.limiters.end()) {
    step.words.push_back(std::to_string(at->second.max));
    step.words.push_back(std::to_string(at->second.duration.count()));
  }
  const auto answer = co_await batches_->step(options.queue, std::move(step));
  if (!answer) co_return answer.error();
  const std::string& token = answer->array().at(0).text();
  const auto& parts = answer->array().at(1).array();
  jobs::Claim claim;
  if (parts.size() == 1) {
    if (!parts.front().text().empty()) claim.due = from_unix_ms(parts.front().integer()) - ahead;
    co_return claim;
  }
  jobs::LeasedJob leased{.job = job_from_claim(options.queue, parts),
                         .lease = {.id = {}, .token = token + kQueueMark + options.queue}};
  leased.lease.id = leased.job.id;
  // The fields are as they were before the claim.
  leased.job.processed_at = options.now;
  leased.job.progress = 0;
  leased.lease.until = options.now + options.lease;
  const std::string opts = parts.at(kOptsAt).text();
  if (is_of_series(opts)) {
    // Where this fails the lease runs out, and who has the job next tries again.
    const auto went_on = co_await go_on_with_series(options.queue, leased.job.id, opts, options.now);
    if (!went_on) co_return went_on.error();
  }
  claim.job = std::move(leased);
  co_return claim;
}

awaitable<Result<void>> BullStore::go_on_with_series(std::string queue, std::string id, std::string opts_json,
                                                     TimePoint now) {
  std::vector<std::string> command{"HGET", homes_->base_of(queue) + id, "name"};
  const auto name = co_await redis_->command(std::move(command));
  if (!name) co_return name.error();
  const auto next = next_of_series(name->is_nil() ? kUnnamed : name->text(), opts_json, now);
  if (!next) co_return Result<void>();
  std::vector<std::string> args{homes_->name_of(queue), next->key, ms_of(next->due), next->id,
                                next->opts_json,        id};
  const auto answer = co_await run(scripts().repeat, queue, now, std::move(args));
  if (!answer) co_return answer.error();
  tell(queue, answer->array().at(1));
  co_return Result<void>();
}

awaitable<Result<TimePoint>> BullStore::extend_lease(Lease lease, Millis length, TimePoint now) {
  Step step{.kind = Step::Kind::extend,
            .now = now,
            .words = {lease.id, token_of(lease), std::to_string(length.count())}};
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  if (answer->integer() == 0) co_return Error{.code = Errc::lease_lost};
  co_return now + length;
}

awaitable<Result<void>> BullStore::report_progress(Lease lease, int percent) {
  Step step{.kind = Step::Kind::progress,
            .words = {lease.id, token_of(lease), std::to_string(std::clamp(percent, 0, 100))}};
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  if (answer->integer() == 0) co_return Error{.code = Errc::lease_lost};
  co_return Result<void>();
}

awaitable<Result<jobs::Settled>> BullStore::settle(Lease lease, jobs::Settlement settlement, TimePoint now) {
  for (const auto& job : settlement.follow_ups) {
    if (const auto checked = check_new_job(job); !checked) co_return checked.error();
  }
  Step step{.kind = Step::Kind::settle, .now = now};
  if (settlement.move == Move::complete && settlement.follow_ups.empty()) {
    step.kind = Step::Kind::complete;
    step.words = {lease.id, token_of(lease), std::move(settlement.text), std::move(settlement.steps_json)};
  } else {
    step.words = {lease.id,
                  token_of(lease),
                  std::string(word_of(settlement.move)),
                  std::move(settlement.text),
                  ms_of(settlement.run_at.value_or(now) + clock_->ahead()),
                  std::move(settlement.steps_json),
                  std::to_string(settlement.follow_ups.size())};
    for (const auto& job : settlement.follow_ups)
      append_job(step.words, job, homes_->name_of(job.queue), now);
  }
  if (options_.metrics_points > 0) step.words.push_back(std::to_string(options_.metrics_points));
  std::string queue = queue_of(lease);
  if (queue.empty()) co_return Error{.code = Errc::lease_lost};
  const auto answer = co_await batches_->step(std::move(queue), std::move(step));
  if (!answer) co_return answer.error();
  // Whether it was done; or, where its batch is now done, that one's id.
  jobs::Settled settled;
  if (const auto* is_done = std::get_if<std::int64_t>(&answer->value)) {
    if (*is_done == 0) co_return Error{.code = Errc::lease_lost};
  } else {
    settled.batch_done = answer->text();
  }
  co_return settled;
}

}  // namespace cutroom::store_bull
